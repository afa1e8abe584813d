// The tree of figures by keyboard and mouse, after the treegrid pattern of the ARIA Authoring Practices: rows take the
// focus; right opens, left closes or goes up, Enter follows the row's link.

export function growTree(page) {
  const body = page.querySelector("[role=treegrid] tbody");
  const announcer = page.querySelector("#announcer");
  const words = page.querySelector("#words").dataset;
  const listeners = [];

  // What is not drawn cannot take the focus, and would hold it up for good.
  const rows = () => [...body.rows].filter((row) => row.getClientRects().length);
  const unitOf = (row) => row.dataset.unit;
  const below = (row) => [...body.rows].filter((each) => each.dataset.parent === unitOf(row) && !("top" in each.dataset));
  const isOpen = (row) => row.getAttribute("aria-expanded") === "true";

  function focus(row) {
    if (!row) {
      return;
    }
    body.querySelector("[tabindex='0']")?.setAttribute("tabindex", "-1");
    row.setAttribute("tabindex", "0");
    row.focus();
    row.scrollIntoView({ block: "nearest" });
  }

  function hide(row) {
    for (const child of below(row)) {
      child.hidden = true;
      hide(child);
    }
  }

  function reveal(row) {
    for (const child of below(row)) {
      child.hidden = false;
      if (isOpen(child)) {
        reveal(child);
      }
    }
  }

  function say(row, state) {
    announcer.textContent = `${row.querySelector("a")?.textContent ?? ""} ${state}`;
  }

  function changed() {
    listeners.forEach((listener) => listener());
  }

  function open(row) {
    const twist = row.querySelector("[data-twist]");
    if (!twist || isOpen(row)) {
      return;
    }
    row.setAttribute("aria-expanded", "true");
    if (below(row).length) {
      reveal(row);
      changed();
    } else {
      // htmx fetches the rows once and puts them below this one.
      twist.dispatchEvent(new CustomEvent("open"));
    }
    say(row, words.expanded);
  }

  function close(row) {
    if (!row.querySelector("[data-twist]") || !isOpen(row)) {
      return;
    }
    row.setAttribute("aria-expanded", "false");
    hide(row);
    changed();
    say(row, words.collapsed);
  }

  body.addEventListener("click", (event) => {
    const twist = event.target.closest("[data-twist]");
    if (twist) {
      const row = twist.closest("tr");
      isOpen(row) ? close(row) : open(row);
      focus(row);
    }
  });

  body.addEventListener("keydown", (event) => {
    const row = event.target.closest("tr");
    if (!row || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    const all = rows();
    const at = all.indexOf(row);
    const moves = {
      ArrowDown: () => focus(all[at + 1]),
      ArrowUp: () => focus(all[at - 1]),
      Home: () => focus(all[0]),
      End: () => focus(all[all.length - 1]),
      ArrowRight: () => (isOpen(row) ? focus(all[at + 1]) : open(row)),
      ArrowLeft: () => {
        if (isOpen(row) && row.querySelector("[data-twist]")) {
          close(row);
        } else {
          focus(all.find((each) => unitOf(each) === row.dataset.parent));
        }
      },
      Enter: () => row.querySelector("a")?.click(),
    };
    if (moves[event.key] && event.target === row) {
      event.preventDefault();
      moves[event.key]();
    }
  });

  // Rows have arrived: they are followed as well. A failure leaves the row closed, to be tried again.
  document.addEventListener("htmx:after:swap", changed);
  for (const failure of ["htmx:error", "htmx:response:error"]) {
    document.addEventListener(failure, (event) => {
      event.target.closest?.("tr")?.setAttribute("aria-expanded", "false");
    });
  }

  return {
    onOpened: (listener) => listeners.push(listener),
    // The units whose rows below are shown, the whole first.
    openedUnits: () =>
      rows()
        .filter((row) => isOpen(row) && unitOf(row))
        .map(unitOf),
    row: (unit) => body.querySelector(`tr[data-unit="${CSS.escape(unit)}"]`),
    own: (unit) => body.querySelector(`tr[data-own="${CSS.escape(unit)}"]`),
    below,
  };
}
