// Filters the checklist by status and words, and keeps the filter in the address. The page is complete without it.
"use strict";
(() => {
  const form = document.getElementById("filter");
  const text = document.getElementById("text");
  const open = document.getElementById("open");
  const shown = document.getElementById("shown");
  const boxes = [...form.querySelectorAll("[name=status]")];
  const statusOf = (node) => [...node.classList].find((name) => name.startsWith("s-")).slice(2);
  const wordsOf = (node) => (node.querySelector("summary") || node).textContent.toLowerCase();
  const MANY = 200;

  const results = (item) =>
    [...item.querySelectorAll(".check")].map((node) => ({ node, status: statusOf(node), words: wordsOf(node) }));
  const parts = [...document.querySelectorAll(".part")].map((node) => ({
    node,
    items: [...node.querySelectorAll(".item")].map((item) => ({
      node: item,
      status: item.dataset.status,
      words: wordsOf(item) + " " + [...item.querySelectorAll(".facts")].map((node) => node.textContent.toLowerCase()),
      results: results(item),
    })),
  }));

  const filter = () => {
    const wanted = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const active = wanted.size > 0 || words.length > 0;
    const fits = (status, said) =>
      (wanted.size === 0 || wanted.has(status)) && words.every((word) => said.includes(word));
    let items = 0;
    let found = 0;
    for (const part of parts) {
      let any = false;
      for (const item of part.items) {
        let here = 0;
        for (const result of item.results) {
          const fit = fits(result.status, item.words + " " + result.words);
          result.node.hidden = !fit;
          here += fit;
        }
        const fit = here > 0 || fits(item.status, item.words);
        if (here === 0) for (const result of item.results) result.node.hidden = !fit;
        item.node.hidden = !fit;
        any ||= fit;
        items += fit;
        found += here;
      }
      part.node.hidden = !any && active;
    }
    for (const part of parts) for (const item of part.items) item.node.open = active && !item.node.hidden && found <= MANY;
    const many = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;
    shown.textContent = active ? `${many(items, "item")} with ${many(found, "result")}` : "";
    open.textContent = "Open all";
  };

  const remember = () => {
    const state = new URLSearchParams();
    const wanted = boxes.filter((box) => box.checked).map((box) => box.value);
    if (wanted.length) state.set("status", wanted.join(","));
    if (text.value) state.set("text", text.value);
    history.replaceState(null, "", state.size ? "#" + state : location.pathname + location.search);
  };

  // The address either names a place on the page or holds a filter. A place must not stay hidden or closed.
  const recall = () => {
    const place = document.getElementById(location.hash.slice(1));
    const state = new URLSearchParams(place ? "" : location.hash.slice(1));
    const wanted = (state.get("status") || "").split(",");
    for (const box of boxes) box.checked = wanted.includes(box.value);
    text.value = state.get("text") || "";
    filter();
    if (!place) return;
    for (let node = place.closest("details"); node; node = node.parentElement.closest("details")) node.open = true;
    place.scrollIntoView();
  };

  let waiting = 0;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      filter();
      remember();
    }, 120);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  open.addEventListener("click", () => {
    const opening = open.textContent === "Open all";
    for (const node of document.querySelectorAll("details:not([hidden])")) node.open = opening;
    open.textContent = opening ? "Close all" : "Open all";
  });
  addEventListener("hashchange", recall);
  form.hidden = false;
  if (location.hash) recall();
})();
