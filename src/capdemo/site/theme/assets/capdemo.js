// Sliders, zoom, films, copy buttons and the raw JSON; every page says the same without this file.
(() => {
  "use strict";

  const MOST = 8; // times
  const STEP = 1.25;
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

  // A figure's pictures share one zoom and one corner, which its style hands down to both.
  const watch = (figure) => {
    const sides = figure.querySelector(".cd-sides");
    const range = figure.querySelector(".cd-range");
    const tools = Object.fromEntries(
      [...figure.querySelectorAll("[data-cd-do]")].map((tool) => [tool.dataset.cdDo, tool]),
    );
    const frame = figure.querySelector(".cd-side--output .cd-frame") ?? figure.querySelector(".cd-frame");
    const full = Number(figure.style.getPropertyValue("--cd-full"));
    const held = new Map();
    let zoom = 1;
    let left = 0;
    let top = 0;
    let shown = "1 0 0";

    const natural = () => full / frame.clientWidth;
    const show = () => {
      const one = natural();
      zoom = clamp(zoom, 1, Math.max(MOST, one));
      left = clamp(left, 0, zoom - 1);
      top = clamp(top, 0, zoom - 1);
      // Only what changed: after each change the browser lays out the page for the next figure.
      const moved = `${zoom} ${left} ${top}`;
      if (moved !== shown) {
        shown = moved;
        figure.style.setProperty("--cd-zoom", zoom);
        figure.style.setProperty("--cd-left", `${-100 * left}%`);
        figure.style.setProperty("--cd-top", `${-100 * top}%`);
        figure.classList.toggle("cd-figure--zoomed", zoom > 1);
      }
      const word = zoom > 1 ? "Fit" : one > 1.02 ? "1:1" : "2\u00d7";
      if (tools.full.textContent !== word) tools.full.textContent = word;
    };
    // A point of the frame, 0 to 1, keeps its place on the screen.
    const zoomTo = (wanted, x = 0.5, y = 0.5) => {
      const before = zoom;
      zoom = clamp(wanted, 1, Math.max(MOST, natural()));
      left = ((left + x) / before) * zoom - x;
      top = ((top + y) / before) * zoom - y;
      if (zoom > 1) for (const source of sides.querySelectorAll("source[sizes]")) source.sizes = `${full}px`;
      show();
    };
    const toggle = (x, y) => zoomTo(zoom > 1 ? 1 : natural() > 1.02 ? natural() : 2, x, y);
    const at = (event) => {
      const box = (event.target.closest(".cd-frame") ?? frame).getBoundingClientRect();
      return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    };
    const pan = (x, y) => {
      left += x;
      top += y;
      show();
    };

    if (range) {
      const split = () => {
        const before = Number(range.value);
        if (before !== 50 || figure.style.getPropertyValue("--cd-split")) {
          figure.style.setProperty("--cd-split", `${before}%`);
        }
        const { cdBefore, cdAfter } = range.dataset;
        range.setAttribute("aria-valuetext", `${before} % ${cdBefore}, ${100 - before} % ${cdAfter}`);
      };
      range.addEventListener("input", split);
      split();
    }

    tools.full?.addEventListener("click", () => toggle());
    tools.both?.addEventListener("click", () => {
      const both = figure.classList.toggle("cd-figure--both");
      tools.both.setAttribute("aria-pressed", both);
      show();
    });
    tools.open?.addEventListener("click", () => enlarge(figure));
    if (tools.full) {
      sides.addEventListener("dblclick", (event) => toggle(...at(event)));
      sides.addEventListener(
        "wheel",
        (event) => {
          if (!event.ctrlKey) return; // a pinch on a trackpad
          event.preventDefault();
          zoomTo(zoom * (event.deltaY < 0 ? STEP : 1 / STEP), ...at(event));
        },
        { passive: false },
      );
      figure.addEventListener("keydown", (event) => {
        if (event.altKey || event.ctrlKey || event.metaKey) return;
        const way = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] }[event.key];
        if (way && zoom > 1 && (event.target !== range || event.shiftKey)) pan(...way);
        else if (event.key === "+" || event.key === "=") zoomTo(zoom * STEP);
        else if (event.key === "-") zoomTo(zoom / STEP);
        else if (event.key === "1") toggle();
        else if (event.key === "0") zoomTo(1);
        else return;
        event.preventDefault();
      });
      sides.addEventListener("pointerdown", (event) => {
        if (zoom === 1 || event.button || event.target === range) return;
        event.preventDefault();
        sides.setPointerCapture(event.pointerId);
        held.set(event.pointerId, event);
      });
      sides.addEventListener("pointermove", (event) => {
        const last = held.get(event.pointerId);
        if (!last) return;
        const { clientWidth: width, clientHeight: height } = frame;
        const [other] = [...held.values()].filter((one) => one.pointerId !== event.pointerId);
        held.set(event.pointerId, event);
        pan((last.clientX - event.clientX) / width / held.size, (last.clientY - event.clientY) / height / held.size);
        if (other) {
          const apart = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
          zoomTo((zoom * apart(event)) / (apart(last) || 1));
        }
      });
      sides.addEventListener("dragstart", (event) => zoom > 1 && event.preventDefault());
      const release = (event) => held.delete(event.pointerId);
      sides.addEventListener("pointerup", release);
      sides.addEventListener("pointercancel", release);
      new ResizeObserver(show).observe(sides);
    }
    films(figure, tools.play);
  };

  // Films of one figure run together; the last one, the result, sets the time.
  const films = (figure, button) => {
    const all = [...figure.querySelectorAll(".cd-film--loop")];
    const result = all.at(-1);
    if (!result) return;
    for (const film of all) {
      film.controls = film.loop = false;
      film.muted = true;
    }
    let playing = false;
    let meeting = false;
    const seek = (film, time) =>
      new Promise((done) => {
        if (film.readyState) film.addEventListener("seeked", done, { once: true });
        else done();
        film.currentTime = time; // also where it seems to be there: it may still run on a little
      });
    // All films to one moment; they go on from there together.
    const meet = async (time) => {
      meeting = true;
      for (const film of all) film.pause();
      await Promise.all(all.map((film) => seek(film, time)));
      if (playing) await Promise.allSettled(all.map((film) => film.play()));
      meeting = false;
    };
    const run = (wanted) => {
      playing = wanted;
      button.textContent = playing ? "Pause" : "Play";
      meet(result.ended ? 0 : result.currentTime);
    };
    const apart = (film) => Math.abs(film.currentTime - result.currentTime) > 0.25;
    result.addEventListener("ended", () => playing && meet(0));
    result.addEventListener("timeupdate", () => {
      if (playing && !meeting && all.some(apart)) meet(result.currentTime);
    });
    let stopped = still.matches;
    button.addEventListener("click", () => {
      stopped = playing;
      run(!playing);
    });
    still.addEventListener("change", () => {
      stopped = still.matches;
      if (stopped && playing) run(false);
    });
    new IntersectionObserver(
      ([seen]) => {
        const wanted = seen.isIntersecting && !stopped;
        if (wanted !== playing) run(wanted);
      },
      { threshold: 0.4 },
    ).observe(figure);
  };

  // One dialog for all figures; it shows a copy, so that nothing moves in the page behind it.
  let dialog;
  const enlarge = (figure) => {
    if (!dialog) {
      dialog = document.createElement("dialog");
      dialog.className = "cd-dialog md-typeset";
      dialog.innerHTML =
        '<form method="dialog"><p></p><button class="cd-button" autofocus>Close</button></form>';
      dialog.addEventListener("close", () => dialog.querySelector("figure").remove());
      dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
      document.body.append(dialog);
    }
    const copy = figure.cloneNode(true);
    const range = copy.querySelector(".cd-range");
    if (range) range.value = figure.querySelector(".cd-range").value;
    copy.querySelector("figcaption").remove();
    copy.querySelector("[data-cd-do=open]").remove();
    for (const source of copy.querySelectorAll("source[sizes]")) source.sizes = "100vw";
    const title = figure.querySelector(".cd-method")?.textContent ?? "";
    dialog.querySelector("p").textContent = title;
    dialog.setAttribute("aria-label", title);
    dialog.append(copy);
    dialog.showModal();
    watch(copy);
  };

  for (const figure of document.querySelectorAll(".cd-figure:not(.cd-figure--absent)")) watch(figure);

  const status = document.createElement("p");
  status.setAttribute("role", "status");
  status.className = "cd-status";
  (document.querySelector("article") ?? document.body).append(status);

  // From file:// a browser fetches nothing, but loads the script that holds the same text.
  const texts = new Map();
  const read = async (address) => {
    if (!texts.has(address)) texts.set(address, await fetched(address).catch(() => loaded(address)));
    return texts.get(address);
  };
  const fetched = async (address) => {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${answer.status} ${address}`);
    return answer.text();
  };
  const loaded = (address) =>
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = `${address}.js`;
      script.onload = () => resolve(self.capdemoFile);
      script.onerror = reject;
      document.head.append(script);
      script.remove();
    });

  const write = async (text) => {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const area = document.createElement("textarea"); // where the page has no secure address
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) throw new Error("refused");
  };

  const tell = (button, word) => {
    const before = (button.cdText ??= button.textContent);
    button.textContent = status.textContent = word;
    setTimeout(() => {
      button.textContent = before;
      status.textContent = "";
    }, 2000);
  };

  for (const card of document.querySelectorAll(".cd-card")) {
    const file = card.querySelector("a[download]").href;
    for (const button of card.querySelectorAll("[data-cd-copy], [data-cd-copy-file]")) {
      button.addEventListener("click", async () => {
        try {
          await write(button.dataset.cdCopy ?? (await read(file)));
          tell(button, "Copied");
        } catch {
          tell(button, "Not copied");
        }
      });
    }
    // A page from the disk may not save other files of the disk, but text that it holds.
    if (location.protocol === "file:") {
      for (const link of card.querySelectorAll(".cd-card__head a[download]")) {
        link.addEventListener("click", async (event) => {
          if (link.href.startsWith("blob:")) return;
          event.preventDefault();
          link.href = URL.createObjectURL(new Blob([await read(file)], { type: "application/json" }));
          link.click();
        });
      }
    }
    card.querySelector(".cd-json").addEventListener("toggle", async ({ target: details }) => {
      if (!details.open || details.querySelector("pre")) return;
      const pre = document.createElement("pre");
      const code = document.createElement("code");
      pre.tabIndex = 0;
      pre.append(code);
      try {
        code.textContent = await read(file);
        details.append(pre);
      } catch {
        // The link to the file stays.
      }
    });
  }

  // Material wraps tables once it has started; what may scroll must be in reach of the keyboard.
  const reach = () => {
    for (const box of document.querySelectorAll(".md-typeset__scrollwrap:not([tabindex])")) {
      box.tabIndex = 0;
    }
  };
  reach();
  new MutationObserver(reach).observe(document.body, { childList: true, subtree: true });
})();
