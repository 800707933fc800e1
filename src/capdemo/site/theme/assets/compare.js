// Puts any two of the listed pictures under the slider, and sorts the table.
(() => {
  "use strict";
  if (window.cdCompare) return; // the page names this file once for every comparison
  window.cdCompare = true;

  const choice = (label, names, chosen, changed) => {
    const select = document.createElement("select");
    for (const name of names) select.add(new Option(name, name, false, name === chosen));
    select.addEventListener("change", changed);
    const shown = document.createElement("label");
    shown.append(`${label} `, select);
    return [shown, select];
  };

  const watch = (box) => {
    const figure = box.querySelector(".cd-figure--slider");
    const all = box.querySelector(".cd-any__all");
    const listed = new Map([...box.querySelectorAll(".cd-any__one")].map((one) => [one.dataset.cdMethod, one]));
    const range = figure?.querySelector(".cd-range");
    if (!range) return;
    const truth = box.querySelector(".cd-any__truth");
    if (truth) {
      // The original is a download; it is fetched when somebody chooses it.
      const one = listed.get("Input").cloneNode(true);
      one.querySelectorAll("source, .cd-label span").forEach((part) => part.remove());
      one.querySelector("img").src = truth.href;
      listed.set("Original", one);
    }
    const names = [...listed.keys()];
    const last = names.at(truth ? -2 : -1);
    const put = (side, name) => {
      const place = figure.querySelector(`.cd-side--${side}`);
      place.querySelector("picture").replaceWith(listed.get(name).querySelector("picture").cloneNode(true));
      const label = listed.get(name).querySelector(".cd-label").cloneNode(true);
      label.querySelector("b").textContent = name;
      place.querySelector(".cd-label").replaceWith(label);
    };
    const show = () => {
      put("input", left.value);
      put("output", right.value);
      range.dataset.cdBefore = left.value;
      range.dataset.cdAfter = right.value;
      range.setAttribute("aria-label", `Compare ${left.value} with ${right.value}`);
      range.dispatchEvent(new Event("input"));
    };
    const [leftLabel, left] = choice("Left", names, names[0], show);
    const [rightLabel, right] = choice("Right", names, last, show);
    const form = document.createElement("p");
    form.className = "cd-any__choice";
    form.append(leftLabel, rightLabel);
    box.prepend(form);
    all.open = false;
    show();
  };

  const value = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.cdValue ?? cell.textContent;
  };
  const sortable = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      const text = head.dataset.cdKind === "text";
      button.addEventListener("click", () => {
        const before = head.ariaSort;
        const first = head.dataset.cdKind === "high" ? "descending" : "ascending";
        const other = first === "ascending" ? "descending" : "ascending";
        for (const one of heads) one.removeAttribute("aria-sort");
        head.ariaSort = before === first ? other : first;
        const way = head.ariaSort === "ascending" ? 1 : -1;
        const compare = text
          ? (a, b) => value(a, column).localeCompare(value(b, column))
          : (a, b) => value(a, column) - value(b, column);
        const body = table.tBodies[0];
        body.append(...[...body.rows].sort((a, b) => way * compare(a, b)));
      });
    });
  };

  document.querySelectorAll(".cd-any").forEach(watch);
  document.querySelectorAll(".cd-measures").forEach(sortable);
})();
