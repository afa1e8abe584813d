// The picture of the units below: area and depth of colour by choice. Of one hue, so that it needs no colour vision, in
// code order, so that it ranks nobody (LE-6). Everything in it stands in the table as well.
import { TreemapChart } from "echarts/charts";
import { AriaComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([TreemapChart, TooltipComponent, AriaComponent, CanvasRenderer]);

const RAMP = ["#e3edf7", "#b4cfe8", "#75a6d1", "#2f74b5", "#12365f"];
// Labels that are readable on each step (at least 4.5:1).
const LABELS = ["#12263d", "#12263d", "#0b1b2e", "#ffffff", "#ffffff"];

// ECharts clears its container with an empty string; nothing else passes (browser_policy.py).
globalThis.trustedTypes?.createPolicy("default", { createHTML: (text) => (text === "" ? text : null) });

export function drawTreemap(page) {
  const holder = page.querySelector("#treemap");
  const figures = JSON.parse(holder.dataset.figures);
  const language = document.documentElement.lang;
  const grouped = new Intl.NumberFormat(language);
  const share = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
  const size = page.querySelector("#map-size");
  const colour = page.querySelector("#map-colour");
  const font = getComputedStyle(document.body).fontFamily;
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const chart = init(holder, null, { renderer: "canvas" });

  const value = (row, metric) =>
    metric === "reported" || metric === "participating" ? row[metric] : row.values[figures.metrics.indexOf(metric)];

  function draw() {
    const [part, of] = colour.value.split("/");
    const rate = (row) => (value(row, of) ? value(row, part) / value(row, of) : 0);
    // From the lowest to the highest of these units, so that differences show where all are near one another.
    const lowest = Math.min(...figures.rows.map(rate));
    const highest = Math.max(...figures.rows.map(rate));
    const range = highest - lowest;
    const step = (row) =>
      range ? Math.min(Math.floor(((rate(row) - lowest) / range) * RAMP.length), RAMP.length - 1) : 0;
    const said = (row) =>
      `${size.selectedOptions[0].text} ${grouped.format(value(row, size.value))}\n` +
      `${colour.selectedOptions[0].text} ${share.format(rate(row))}`;
    page.querySelector("#map-low").textContent = share.format(lowest);
    page.querySelector("#map-high").textContent = share.format(highest);
    chart.setOption({
      animationDurationUpdate: 300,
      tooltip: {
        // Rich text is drawn on the canvas; the usual tooltip needs inline styles.
        renderMode: "richText",
        confine: true,
        formatter: ({ data }) => (data?.row ? `${data.name}\n${said(data.row)}` : ""),
      },
      series: [
        {
          type: "treemap",
          left: 0,
          right: 0,
          top: 0,
          bottom: 0,
          roam: false,
          nodeClick: false,
          breadcrumb: { show: false },
          sort: null,
          squareRatio: 1.4,
          itemStyle: { borderColor: "#ffffff", borderWidth: 1, gapWidth: 1 },
          label: { fontFamily: font, fontSize: 0.8125 * rem, lineHeight: 1.05 * rem, overflow: "truncate", padding: 2 },
          data: figures.rows.map((row) => ({
            id: row.unit,
            name: row.name,
            row,
            value: Math.max(value(row, size.value), 0),
            itemStyle: { color: RAMP[step(row)] },
            label: { color: LABELS[step(row)], formatter: `${row.name}\n${share.format(rate(row))}` },
          })),
        },
      ],
    });
  }

  size.addEventListener("change", draw);
  colour.addEventListener("change", draw);
  new ResizeObserver(() => chart.resize()).observe(holder);
  chart.on("click", ({ data }) => {
    if (data?.row) {
      const campaign = new URLSearchParams({ unit: data.row.unit, campaign: page.dataset.campaign });
      window.location.assign(data.row.opens ? `/situation?${campaign}` : `/units/${data.row.unit}`);
    }
  });
  if (figures.rows.length) {
    draw();
  } else {
    holder.closest("section").hidden = true;
  }

  let drawing;
  return {
    resize: () => chart.resize(),
    // New figures of some units; drawn at most twice a second.
    take(rows) {
      const known = new Map(figures.rows.map((row) => [row.unit, row]));
      for (const [unit, reported, participating, ...values] of rows) {
        const row = known.get(unit);
        if (row) {
          Object.assign(row, { reported, participating, values });
        }
      }
      drawing ??= setTimeout(() => {
        drawing = undefined;
        draw();
      }, 500);
    },
  };
}
