// Filters the checklist and keeps the filter in the address, so that a link or the back button brings it back.
"use strict";
(() => {
  const form = document.getElementById("filter");
  const field = (name) => document.getElementById(name);
  const boxes = [...form.querySelectorAll("[name=status]")];
  const nodes = [...document.querySelectorAll(".item")];
  const bodies = nodes.map((node) => node.querySelector(".body"));
  const parts = [...document.querySelectorAll(".part")].map((node) => [node, [...node.querySelectorAll(".item")]]);
  const [ANY, NOBODY] = ["any", "nobody named"];
  const TEXTS = ["section", "severity", "owner", "host", "text"];
  // Up to here a filter opens what it finds.
  const FEW = 30;
  // By item, the results that the filter leaves of it; undefined: all.
  let wanted = [];
  let filtered = false;

  const cached = (make) => {
    const known = [];
    return (key) => (known[key] ??= make(key));
  };
  const wordsOf = cached((index) => {
    const texts = [nodes[index].querySelector("summary"), ...bodies[index].querySelectorAll(".facts, .why")];
    return texts.map((node) => node.textContent.toLowerCase()).join(" ");
  });
  const resultWords = cached((number) => {
    const { host, target, control, expected, seen, message } = results.read(number);
    return [host, target, control, message, expected, seen].join(" ").toLowerCase();
  });

  const state = () => ({
    status: boxes.filter((box) => box.checked).map((box) => box.value),
    section: field("section").selectedIndex ? field("section").value : "",
    severity: field("severity").selectedIndex ? field("severity").value : "",
    owner: field("owner").selectedIndex ? field("owner").value : "",
    host: field("host").value.trim(),
    text: field("text").value.trim(),
  });
  const isActive = (filter) => filter.status.length > 0 || TEXTS.some((name) => filter[name] !== "");

  // The results of an item that fit; undefined where the item itself fits and none of its results need be left out.
  const fitting = (filter, index) => {
    const { groups, statuses, results: rows, words } = results.data();
    const [, status, severity, section, owner, told] = groups[index];
    const none = { fits: false, told: [] };
    if (filter.section && section !== field("section").selectedIndex - 1) return none;
    if (filter.owner && (filter.owner === NOBODY ? owner : owner.replace(/\s+/g, " ").trim() !== filter.owner)) return none;
    const asked = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
    const host = filter.host.toLowerCase();
    const fits = (standing, worth, said) =>
      (!filter.status.length || filter.status.includes(statuses[standing])) &&
      (!filter.severity || worth === filter.severity) &&
      asked.every((word) => said().includes(word));
    const found = told.filter(
      (number) =>
        (!host || words[rows[number][2]].toLowerCase().includes(host)) &&
        fits(rows[number][0], words[rows[number][6]], () => `${wordsOf(index)} ${resultWords(number)}`),
    );
    const itself = !host && fits(status, severity, () => wordsOf(index));
    return { fits: itself || found.length > 0, told: found.length || !itself ? found : undefined, found: found.length };
  };

  const filter = () => {
    const asked = state();
    const active = isActive(asked);
    // What a reader opened stays open as long as nothing was filtered.
    if (!active && !filtered) return;
    filtered = active;
    const fits = active ? nodes.map((node, index) => fitting(asked, index)) : [];
    const items = fits.filter((each) => each.fits).length;
    const found = fits.reduce((sum, each) => sum + (each.found ?? 0), 0);
    wanted = fits.map((each) => each.told);
    nodes.forEach((node, index) => {
      node.hidden = active && !fits[index].fits;
      bodies[index].querySelector(".results")?.remove();
      node.open = active && fits[index].fits && items <= FEW && found <= FEW;
      if (node.open) fill(index);
    });
    for (const [part, members] of parts) part.hidden = active && members.every((node) => node.hidden);
    field("shown").textContent = active ? `${results.many(items, "item")} with ${results.many(found, "result")}` : "";
    field("clear").hidden = !active;
    field("open").textContent = "Open all";
  };

  const fill = (index, upTo) => {
    const [, , , , , told, leftOut] = results.data().groups[index];
    if (told.length || leftOut) results.show(index, bodies[index], wanted[index], upTo);
  };

  const address = (place) => {
    const asked = state();
    const said = new URLSearchParams();
    if (asked.status.length) said.set("status", asked.status.join(","));
    for (const name of TEXTS) if (asked[name]) said.set(name, asked[name]);
    if (place && !said.size) return `#${place}`;
    if (place) said.set("at", place);
    return said.size ? `#${said}` : location.pathname + location.search;
  };
  const remember = (how, place) => {
    const next = address(place);
    if (next !== (location.hash || location.pathname + location.search)) history[how](null, "", next);
  };

  const choose = (select, words) => {
    const index = [...select.options].findIndex((option, number) => number > 0 && option.value === words);
    select.selectedIndex = Math.max(0, index);
  };
  const put = (said) => {
    const statuses = (said.get("status") ?? "").split(",");
    for (const box of boxes) box.checked = statuses.includes(box.value);
    for (const name of ["section", "severity", "owner"]) choose(field(name), said.get(name) ?? "");
    for (const name of ["host", "text"]) field(name).value = said.get(name) ?? "";
  };

  // A place that somebody asks for must not stay hidden, closed or undrawn.
  const reveal = (place) => {
    const result = /^result-(\d+)$/.exec(place);
    let index = nodes.findIndex((node) => node.querySelector(".body").id === place);
    if (result) {
      const number = results.data().numbers.indexOf(Number(result[1]));
      index = results.data().groups.findIndex((group) => group[5].includes(number));
      if (number < 0 || index < 0) return;
      if (nodes[index].hidden || wanted[index]) clear();
      fill(index, results.data().groups[index][5].indexOf(number) + results.BATCH);
    }
    if (index >= 0 && nodes[index].hidden) clear();
    const target = document.getElementById(place);
    if (!target) return;
    if (target.closest(".part")?.hidden) clear();
    if (result) target.open = true;
    for (let node = target.closest("details"); node; node = node.parentElement.closest("details")) node.open = true;
    target.scrollIntoView();
    if (!target.matches("summary, a, button, input")) target.tabIndex = -1;
    target.focus({ preventScroll: true });
  };
  const clear = () => {
    put(new URLSearchParams());
    filter();
  };

  // The address either names a place on the page, or holds a filter and perhaps a place.
  const recall = () => {
    const hash = location.hash.slice(1);
    const said = new URLSearchParams(hash.includes("=") ? hash : "");
    put(said);
    filter();
    const place = hash.includes("=") ? said.get("at") : hash;
    if (place) reveal(place);
  };

  let waiting = 0;
  form.addEventListener("input", (event) => {
    clearTimeout(waiting);
    const typed = event.target.matches("[type=search], [type=text]");
    waiting = setTimeout(
      () => {
        filter();
        remember(typed ? "replaceState" : "pushState");
      },
      typed ? 120 : 0,
    );
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  field("clear").addEventListener("click", () => {
    clear();
    remember("pushState");
    field("text").focus();
  });
  field("open").addEventListener("click", () => {
    const opening = field("open").textContent === "Open all";
    for (const node of nodes) if (!node.hidden) node.open = opening;
    field("open").textContent = opening ? "Close all" : "Open all";
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const cell = link.closest(".matrix td");
    if (!cell && !isActive(state()) && !/^#(line|result|beyond)-/.test(link.hash)) return;
    event.preventDefault();
    if (cell) {
      const name = cell.closest("table").tHead.rows[0].cells[cell.cellIndex].querySelector(".name").textContent;
      put(new URLSearchParams({ host: name }));
      filter();
    }
    const place = link.hash.slice(1);
    remember("pushState", place);
    reveal(place);
  });
  document.addEventListener(
    "toggle",
    (event) => {
      const index = event.target.open ? nodes.indexOf(event.target) : -1;
      if (index >= 0 && !bodies[index].querySelector(".results")) fill(index);
    },
    true,
  );
  addEventListener("popstate", recall);
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll(".against > .rest:not([open]), .alike > details:not([open]), .claims:not([open])")];
    for (const node of opened) node.open = true;
  });
  addEventListener("afterprint", () => {
    for (const node of opened) node.open = false;
  });
  form.hidden = false;
  field("without-script").hidden = true;
  if (location.hash) recall();
})();
