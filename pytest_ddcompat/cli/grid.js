"use strict";
(function () {
  // Each finding was made by the checks of pytest-ddcompat; nothing here knows of versions.
  const data = JSON.parse(document.getElementById("data").textContent);
  const form = document.getElementById("choices");
  const summary = document.getElementById("summary");
  const detail = document.getElementById("detail");
  const hint = document.getElementById("detail-hint");
  const close = document.getElementById("close");
  const body = document.getElementById("detail-body");
  const title = document.getElementById("detail-title");
  const untitled = title.textContent;
  const rows = Array.from(document.querySelectorAll("#grid tbody tr"));
  const names = rows.map((row) => folded(row.cells[0].textContent));
  const filter = document.getElementById("filter");
  const more = document.getElementById("more");
  const pattern = rows[0].cells[1];
  const width = data.columns.length;
  const STEP = 100;
  const HEADS = ["Check", "Outcome", "Needs", "Found", "Row of the page", "Fix"];
  let opened = null;
  let most = STEP;
  let buttons = [];

  function folded(text) {
    return text.toLowerCase().replace(/[\s_-]+/g, " ").trim();
  }

  function at(table, place) {
    let found = table.at;
    for (const axis of table.axes) {
      if (typeof found === "number") break;
      // One entry where the choice changes nothing.
      found = found.length === 1 ? found[0] : found[place[axis]];
    }
    return data.findings[found];
  }

  function finding(check, place) {
    const [body, found] = at(data.tables[check], place);
    const [outcome, documented, source, remedy, signal] =
      data.bodies[body].map((text) => data.strings[text]);
    const observed = data.strings[found];
    return { check, outcome, documented, observed, source, remedy, signal };
  }

  function verdict(place) {
    const findings = Object.keys(data.tables).map((check) => finding(check, place));
    const violated = findings.filter((f) => f.outcome === "violated");
    const unknown = findings.filter((f) => f.outcome === "unknown" && f.check !== "agent");
    if (violated.length) return { status: "unsupported", findings, deciding: violated };
    if (unknown.length) return { status: "undetermined", findings, deciding: unknown };
    const own = findings.filter((f) => f.check === "tracer");
    return { status: "supported", findings, deciding: own };
  }

  function chosen() {
    const selects = Array.from(form.querySelectorAll("select"));
    return Object.fromEntries(selects.map((select) => [select.name, +select.value]));
  }

  function placeOf(button, choices) {
    return { ...choices, capability: +button.dataset.row, column: +button.dataset.column };
  }

  function show(button, choices) {
    const found = verdict(placeOf(button, choices));
    const named = found.status === "supported" ? [] : found.deciding;
    button.parentElement.dataset.status = found.status;
    button.querySelector(".word").textContent = found.status;
    button.querySelector(".check").textContent =
      named.map((f) => data.words[f.check]).join(", ");
    button.querySelector(".row").textContent =
      found.deciding.map((f) => f.source).filter(Boolean).join("; ");
  }

  function fill(row, number) {
    // Of a long table the file has words only; a row gets its buttons when it is first shown.
    for (let column = 0; column < width; column += 1) {
      const cell = pattern.cloneNode(true);
      const button = cell.firstElementChild;
      cell.className = column === data.here ? "here" : "";
      button.setAttribute("aria-expanded", "false");
      button.dataset.row = number;
      button.dataset.column = column;
      button.querySelector(".cell").textContent =
        `${data.capabilities[number]} with ${data.tracer} ${data.columns[column]}`;
      row.cells[column + 1].replaceWith(cell);
    }
  }

  function select() {
    const wanted = folded(filter.value);
    const found = rows.filter((row, number) => names[number].includes(wanted));
    const shown = new Set(found.slice(0, most));
    rows.forEach((row, number) => {
      row.hidden = !shown.has(row);
      if (!row.hidden && !row.querySelector("button")) fill(row, number);
    });
    buttons = Array.from(document.querySelectorAll("#grid tbody tr:not([hidden]) button"));
    if (opened && !buttons.includes(opened)) toggle(opened);
    more.hidden = shown.size === rows.length;
    more.firstElementChild.textContent = found.length
      ? `${shown.size} of ${wanted ? `${found.length} that match` : rows.length} are shown`
      : "No capability matches";
    more.lastElementChild.hidden = shown.size === found.length;
    update();
  }

  function update() {
    const choices = chosen();
    const count = { supported: 0, unsupported: 0, undetermined: 0 };
    for (const button of buttons) show(button, choices);
    rows.forEach((row, capability) => {
      count[verdict({ ...choices, capability, column: data.here }).status] += 1;
    });
    const counts = Object.keys(count).map((status) => `${count[status]} ${status}`);
    const labels = Array.from(form.querySelectorAll("select"))
      .map((select) => `${select.labels[0].textContent}: ${select.selectedOptions[0].text}`);
    summary.replaceChildren(
      element("strong", `${data.tracer} ${data.columns[data.here]}: ${counts.join(", ")}`),
      " ",
      element("span", labels.join("; ").replaceAll(" (here)", ""))
    );
    if (opened) describe(opened);
  }

  function element(name, text, attributes) {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    for (const key in attributes || {}) made.setAttribute(key, attributes[key]);
    return made;
  }

  function line(one, decides) {
    const row = element("tr", "", decides ? { class: "decides" } : {});
    const head = element("th", data.words[one.check], { scope: "row" });
    if (decides) head.append(" ", element("small", "decides"));
    const found = one.signal ? `${one.observed}: ${one.signal}` : one.observed;
    const words = [one.outcome, one.documented, found, one.source, one.remedy];
    // A narrow window shows each cell below the other, with its label.
    const cells = words.map((text, at) => element("td", text, { "data-label": HEADS[at + 1] }));
    cells[0].dataset.outcome = one.outcome;
    row.append(head, ...cells);
    return row;
  }

  function describe(button) {
    const place = placeOf(button, chosen());
    const found = verdict(place);
    const made = found.findings.filter((f) => f.outcome !== "not_applicable");
    const others = made.filter((f) => !found.deciding.includes(f));
    title.textContent = `${data.capabilities[place.capability]} with ${data.tracer} ` +
      `${data.columns[place.column]}: ${found.status}`;
    const table = element("table", "", { class: "checks" });
    const head = element("tr");
    head.append(...HEADS.map((text) => element("th", text, { scope: "col" })));
    const top = element("thead");
    const lines = element("tbody");
    top.append(head);
    lines.append(...found.deciding.map((f) => line(f, true)), ...others.map((f) => line(f, false)));
    table.append(element("caption", "Every check that applies", { class: "hidden" }), top, lines);
    body.replaceChildren(table);
    hint.hidden = true;
    close.hidden = false;
    detail.classList.add("open");
  }

  function showOwnColumn() {
    const own = document.querySelector("#grid thead th.here");
    const scrolled = document.querySelector(".scroll");
    const names = document.querySelector("#grid .corner").offsetWidth;
    const middle = own.offsetLeft + own.offsetWidth / 2;
    scrolled.scrollLeft = middle - (names + scrolled.clientWidth) / 2;
  }

  function toggle(button) {
    if (opened) opened.setAttribute("aria-expanded", "false");
    opened = opened === button ? null : button;
    if (opened) {
      opened.setAttribute("aria-expanded", "true");
      describe(opened);
      // The details stay at the bottom of the window, and may cover the cell.
      opened.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else {
      title.textContent = untitled;
      body.replaceChildren();
      hint.hidden = false;
      close.hidden = true;
      detail.classList.remove("open");
    }
  }

  function move(event) {
    const at = buttons.indexOf(event.target);
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -width, ArrowDown: width }[event.key];
    const sideways = event.key === "ArrowLeft" || event.key === "ArrowRight";
    if (at < 0 || !step || event.altKey || event.ctrlKey || event.metaKey) return;
    const to = at + step;
    if (sideways && Math.floor(to / width) !== Math.floor(at / width)) return;
    if (!buttons[to]) return;
    event.preventDefault();
    buttons[to].focus();
  }

  document.getElementById("grid").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) toggle(button);
  });
  document.getElementById("grid").addEventListener("keydown", move);
  function leave() {
    opened.focus();
    toggle(opened);
  }

  close.addEventListener("click", leave);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && opened) leave();
  });
  filter.addEventListener("input", () => {
    most = STEP;
    select();
  });
  more.lastElementChild.addEventListener("click", () => {
    most += STEP;
    select();
  });
  form.addEventListener("change", update);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => {
    most = STEP;
    setTimeout(select);
  });
  select();
  showOwnColumn();
})();
