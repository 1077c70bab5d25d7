"use strict";
(function () {
  // Each finding was made by the checks of pytest-ddcompat; nothing here knows of versions.
  const data = JSON.parse(document.getElementById("data").textContent);
  const form = document.getElementById("choices");
  const summary = document.getElementById("summary");
  const hint = document.getElementById("detail-hint");
  const body = document.getElementById("detail-body");
  const title = document.getElementById("detail-title");
  const untitled = title.textContent;
  const buttons = Array.from(document.querySelectorAll("#grid button"));
  const width = data.columns.length;
  const HEADS = ["Check", "Outcome", "Needs", "Found", "Row of the page", "Fix"];
  let opened = null;

  function finding(check, place) {
    const table = data.tables[check];
    const index = table.axes.reduce((at, axis) => at[place[axis]], table.at);
    const [outcome, documented, observed, source, remedy, signal] =
      data.findings[index].map((text) => data.strings[text]);
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

  function placeOf(button) {
    const place = { capability: +button.dataset.row, column: +button.dataset.column };
    for (const select of form.querySelectorAll("select")) place[select.name] = +select.value;
    return place;
  }

  function show(button) {
    const found = verdict(placeOf(button));
    const named = found.status === "supported" ? [] : found.deciding;
    button.parentElement.dataset.status = found.status;
    button.querySelector(".word").textContent = found.status;
    button.querySelector(".check").textContent =
      named.map((f) => data.words[f.check]).join(", ");
    button.querySelector(".row").textContent =
      found.deciding.map((f) => f.source).filter(Boolean).join("; ");
    return found.status;
  }

  function update() {
    const count = { supported: 0, unsupported: 0, undetermined: 0 };
    for (const button of buttons) {
      const status = show(button);
      if (+button.dataset.column === data.here) count[status] += 1;
    }
    const counts = Object.keys(count).map((status) => `${count[status]} ${status}`);
    const chosen = Array.from(form.querySelectorAll("select"))
      .map((select) => `${select.labels[0].textContent}: ${select.selectedOptions[0].text}`);
    summary.replaceChildren(
      element("strong", `${data.tracer} ${data.columns[data.here]}: ${counts.join(", ")}`),
      ` (${chosen.join("; ").replaceAll(" (here)", "")})`
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
    row.append(head, element("td", one.outcome, { "data-outcome": one.outcome }));
    row.append(element("td", one.documented), element("td", found));
    row.append(element("td", one.source, { class: "source" }), element("td", one.remedy));
    return row;
  }

  function describe(button) {
    const place = placeOf(button);
    const found = verdict(place);
    const made = found.findings.filter((f) => f.outcome !== "not_applicable");
    const others = made.filter((f) => !found.deciding.includes(f));
    title.textContent = `${data.capabilities[place.capability]} with ${data.tracer} ` +
      `${data.columns[place.column]}: ${found.status}`;
    const table = element("table");
    const head = element("tr");
    head.append(...HEADS.map((text) => element("th", text, { scope: "col" })));
    const top = element("thead");
    const rows = element("tbody");
    top.append(head);
    rows.append(...found.deciding.map((f) => line(f, true)), ...others.map((f) => line(f, false)));
    table.append(element("caption", "Every check that applies", { class: "hidden" }), top, rows);
    body.replaceChildren(table);
    hint.hidden = true;
  }

  function toggle(button) {
    if (opened) opened.setAttribute("aria-expanded", "false");
    opened = opened === button ? null : button;
    if (opened) {
      opened.setAttribute("aria-expanded", "true");
      describe(opened);
    } else {
      title.textContent = untitled;
      body.replaceChildren();
      hint.hidden = false;
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

  for (const button of buttons) button.addEventListener("click", () => toggle(button));
  document.getElementById("grid").addEventListener("keydown", move);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !opened) return;
    opened.focus();
    toggle(opened);
  });
  form.addEventListener("change", update);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(update));
  update();
})();
