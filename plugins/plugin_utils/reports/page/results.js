// Draws results and their evidence from the embedded data, when somebody opens an item. All of the data is put on the
// page as text.
"use strict";
const results = (() => {
  const BATCH = 50;
  const NAMES = [
    "status", "vantage", "host", "target", "control", "verifier", "severity", "expected", "seen", "message",
    "remediation", "thresholds", "repeat", "waiver", "origin", "looks", "moreLooks",
  ];
  const WORDS = new Set(NAMES.slice(2, 15));
  const ENDED = {
    value: "answered", missing_tool: "the tool is missing", denied: "permission denied", timeout: "timed out",
    malformed: "not understood", too_large: "too large", not_found: "not found",
  };
  let known;
  const data = () => (known ??= JSON.parse(document.getElementById("evidence").textContent));
  const many = (count, what) => `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;

  const make = (tag, className, ...inside) => {
    const node = document.createElement(tag);
    if (className) node.className = className;
    node.append(...inside.filter((each) => each !== null && each !== ""));
    return node;
  };
  const mark = (status) => {
    const node = make("span", "mark", data().marks[status]);
    node.ariaHidden = "true";
    return node;
  };
  const spaced = (text) => text.replaceAll("_", " ");
  const coded = (text) => {
    const parts = text.split("`");
    if (parts.length % 2 === 0) return [text];
    return parts.map((part, index) => (index % 2 ? make("code", "", part) : part));
  };

  const read = (number) => {
    const { results: rows, words } = data();
    const made = {};
    NAMES.forEach((name, index) => {
      const value = rows[number][index];
      made[name] = WORDS.has(name) ? words[value] : value;
    });
    return made;
  };

  const look = (number) => {
    const { looks, words, started } = data();
    const [command, vantage, at, ms, ended, detail] = looks[number];
    const time = new Date((started + at) * 1000).toISOString().replace("T", " ").slice(0, 19);
    const how = ENDED[words[ended]] ?? words[ended];
    const told = `${time} UTC, from the ${vantage ? "controller" : "host"}, ${ms} ms: ${how}`;
    const more = words[detail] ? ` (${words[detail]})` : "";
    return make("li", "", make("code", "", words[command]), make("span", "how", told + more));
  };

  const list = (result, place) => {
    const looks = result.looks.map(look);
    const where = result.vantage ? "the controller" : result.host;
    const evidence = looks.length ? make("ul", "looks", ...looks) : "No look was made.";
    // What repeats it is mostly what was done; then it is not told twice.
    const repeat = result.repeat
      ? make("span", "", `on ${where}`, make("pre", "", result.repeat))
      : looks.length && `Each command of the evidence, run on ${where}, shows what was seen.`;
    const link = make("a", "", "link");
    link.href = `#${place}`;
    const rows = [
      ["Expected", result.expected],
      ["Seen", make("span", "value", result.seen || "nothing")],
      ["Verdict", result.message],
      ["Lived with", result.waiver],
      ["Seen by", result.origin],
      ["What to do", result.remediation && make("span", "", ...coded(result.remediation))],
      ["Thresholds", result.thresholds],
      ["Evidence", evidence],
      ["", result.moreLooks ? `${many(result.moreLooks, "more look")}: see report.json` : ""],
      ["Repeat it", repeat],
      ["Control", make("span", "", make("code", "", result.control), `, ${result.severity}, proven by `, make("code", "", result.verifier), " · ", link)],
    ];
    const told = rows.filter(([, value]) => value);
    return make("dl", "", ...told.flatMap(([name, value]) => [make("dt", "", name), make("dd", "", value)]));
  };

  const draw = (number, named) => {
    const result = read(number);
    const status = data().statuses[result.status];
    const place = `result-${data().numbers[number]}`;
    const what = make("span", "what", make("b", "", result.host));
    if (result.target) what.append(" ", make("span", "target", result.target));
    if (named) what.append(" ", make("span", "control", result.control));
    what.append(make("span", "said", result.message || result.seen.slice(0, 240)));
    const summary = make("summary", "", mark(result.status), what, make("span", "word", spaced(status)));
    const node = make("details", `check s-${status}`, summary);
    // Several items may rest on it.
    if (!document.getElementById(place)) node.id = place;
    node.addEventListener("toggle", () => {
      if (node.open && !node.querySelector("dl")) node.append(list(result, place));
    });
    return node;
  };

  // Shows these results of a group in its place: some at once, the others as they are asked for.
  const show = (group, body, wanted, upTo = BATCH) => {
    const [, , , , , told, leftOut] = data().groups[group];
    const numbers = wanted ?? told;
    const named = new Set(told.map((number) => data().results[number][4])).size > 1;
    const box = make("div", "results");
    const more = make("button", "", "");
    more.type = "button";
    let shown = 0;
    const add = (count) => {
      const next = numbers.slice(shown, shown + count);
      shown += next.length;
      more.before(...next.map((number) => draw(number, named)));
      more.hidden = shown === numbers.length;
      more.textContent = `Show ${Math.min(BATCH, numbers.length - shown)} more of ${many(numbers.length - shown, "result")}`;
    };
    more.addEventListener("click", () => {
      const last = more.previousElementSibling;
      add(BATCH);
      last?.nextElementSibling?.querySelector("summary")?.focus();
    });
    box.append(more);
    add(upTo);
    if (leftOut) box.append(make("p", "note", `${many(leftOut, "more result")} of it ${leftOut === 1 ? "is" : "are"} only in report.json.`));
    body.querySelector(".results")?.remove();
    body.append(box);
  };

  return { data, read, show, many, BATCH };
})();
