// Sliders, copy buttons and the raw JSON; every page says the same without this file.
(() => {
  "use strict";

  for (const range of document.querySelectorAll(".cd-range")) {
    const show = () => {
      const split = Number(range.value);
      range.parentElement.style.setProperty("--cd-split", `${split}%`);
      range.setAttribute(
        "aria-valuetext",
        `${split} % ${range.dataset.cdBefore}, ${100 - split} % ${range.dataset.cdAfter}`,
      );
    };
    range.addEventListener("input", show);
    show();
  }

  const status = document.createElement("p");
  status.setAttribute("role", "status");
  status.style.cssText = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)";
  (document.querySelector("article") ?? document.body).append(status);

  const read = async (address) => {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${answer.status} ${address}`);
    return answer.text();
  };

  const tell = (button, word) => {
    const before = button.textContent;
    button.textContent = word;
    status.textContent = word;
    setTimeout(() => {
      button.textContent = before;
      status.textContent = "";
    }, 2000);
  };

  for (const button of document.querySelectorAll("[data-cd-copy], [data-cd-copy-file]")) {
    button.addEventListener("click", async () => {
      try {
        const file = button.closest(".cd-card").querySelector("a[download]");
        const text = button.dataset.cdCopy ?? (await read(file.href));
        await navigator.clipboard.writeText(text);
        tell(button, "Copied");
      } catch {
        tell(button, "Not copied");
      }
    });
  }

  for (const details of document.querySelectorAll("details.cd-json")) {
    details.addEventListener("toggle", async () => {
      if (!details.open || details.querySelector("pre")) return;
      try {
        const code = document.createElement("code");
        code.textContent = await read(details.querySelector("a").href);
        const pre = document.createElement("pre");
        pre.tabIndex = 0;
        pre.append(code);
        details.append(pre);
      } catch {
        // The link to the file stays; from file:// a browser reads nothing.
      }
    });
  }
})();
