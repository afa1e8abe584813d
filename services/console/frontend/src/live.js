// Keeps the page's figures true by one stream of server-sent events for all tables that are open on it.

const REOPEN_MS = 250;

export function followFigures(page, { tree, treemap }) {
  const language = document.documentElement.lang;
  const grouped = new Intl.NumberFormat(language);
  const clock = new Intl.DateTimeFormat(language, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZone: page.dataset.zone,
  });
  const words = page.querySelector("#words").dataset;
  const metrics = page.dataset.metrics.split(" ");
  const whole = page.dataset.unit;
  const trouble = page.querySelector("#live-trouble");
  let stream = null;
  let units = [whole];
  let reopening;

  function state(kind) {
    const shown = page.querySelector("#live-state");
    shown.className = `pl-state pl-state-${kind === "live" ? "green" : "grey"}`;
    shown.dataset.state = kind;
    shown.querySelector("[data-words]").textContent = words[kind];
    trouble.hidden = kind !== "ended";
  }

  function put(cell, value) {
    const text = grouped.format(value);
    if (!cell || cell.textContent === text) {
      return;
    }
    cell.textContent = text;
    cell.classList.toggle("zero", value === 0);
    cell.classList.remove("pl-changed");
    // Reading a measure lets the animation begin anew.
    void cell.offsetWidth;
    cell.classList.add("pl-changed");
  }

  function putRow(row, reported, participating, values) {
    if (!row) {
      return;
    }
    put(row.querySelector('[data-m="reported"]'), reported);
    put(row.querySelector('[data-m="participating"]'), participating);
    values.forEach((value, place) => put(row.querySelector(`[data-m="${place}"]`), value));
    row.figures = { reported, participating, values };
  }

  function read(row) {
    // Figures that no message has told yet stand in the cells as they were drawn; they are read once.
    const of = (name) => Number(row.querySelector(`[data-m="${name}"]`)?.textContent.replace(/[^0-9-]/g, "") ?? 0);
    row.figures ??= {
      reported: of("reported"),
      participating: of("participating"),
      values: metrics.map((_, place) => of(place)),
    };
    return row.figures;
  }

  // What a unit has by itself: the whole less everything below, so that every column goes on adding up.
  function putOwn(unit) {
    const own = tree.own(unit);
    const row = tree.row(unit);
    if (!own || !row) {
      return;
    }
    const children = tree.below(row).filter((each) => each.dataset.unit).map(read);
    const total = read(row);
    const left = (take) => take(total) - children.reduce((sum, each) => sum + take(each), 0);
    putRow(
      own,
      left((f) => f.reported),
      left((f) => f.participating),
      metrics.map((_, place) => left((f) => f.values[place])),
    );
    // Nothing of its own, nothing to see.
    own.classList.toggle("pl-own-zero", [...own.querySelectorAll("[data-m]")].every((cell) => cell.textContent === "0"));
  }

  function putTotal([unit, reported, participating, ...values]) {
    putRow(tree.row(unit), reported, participating, values);
    if (unit !== whole) {
      return;
    }
    put(page.querySelector('[data-total="reported"]'), reported);
    put(page.querySelector('[data-total="participating"]'), participating);
    metrics.forEach((metric, place) => put(page.querySelector(`[data-total="${metric}"]`), values[place]));
  }

  function take(message) {
    if (message.kind === "away") {
      state("away");
      return;
    }
    if (message.kind === "refused") {
      // Of a single row it means nothing new; of the page's own unit, that there will be no more figures.
      if (message.unit === whole) {
        close();
        state("ended");
      }
      return;
    }
    state("live");
    for (const row of message.rows ?? []) {
      const [unit, reported, participating, ...values] = row;
      putRow(tree.row(unit), reported, participating, values);
    }
    if (message.total) {
      putTotal(message.total);
    }
    if (message.rows || message.total) {
      putOwn(message.unit);
    }
    if (message.unit === whole) {
      page.querySelector("#as-of").textContent = clock.format(new Date(message.as_of));
      page.querySelector("#as-of").dateTime = message.as_of;
      page.querySelector("#pending").textContent = message.pending < 0 ? "—" : grouped.format(message.pending);
      page.querySelector("#lag").textContent = grouped.format(message.lag_ms);
      if (message.rows?.length) {
        treemap.take(message.rows);
      }
    }
  }

  function close() {
    stream?.close();
    stream = null;
  }

  function open() {
    close();
    const query = new URLSearchParams({ campaign: page.dataset.campaign });
    units.forEach((unit) => query.append("unit", unit));
    stream = new EventSource(`/situation/live?${query}`);
    stream.addEventListener("figures", (event) => take(JSON.parse(event.data)));
    stream.addEventListener("error", () => {
      // Refused for good means that the session is over; everything else the browser tries again by itself.
      state(stream.readyState === EventSource.CLOSED ? "ended" : "lost");
    });
  }

  // A page that nobody sees asks for nothing.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      close();
      state("paused");
    } else {
      open();
    }
  });
  window.addEventListener("pagehide", close);
  open();

  return {
    // Follows these tables from now on; opening several rows at once asks once.
    follow(opened) {
      const wanted = [...new Set([whole, ...opened])].slice(0, 24);
      if (wanted.join() === units.join()) {
        return;
      }
      units = wanted;
      clearTimeout(reopening);
      reopening = setTimeout(open, REOPEN_MS);
    },
  };
}
