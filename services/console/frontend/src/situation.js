// The situation page: the tree, the picture, and the stream that keeps both true.
import { followFigures } from "./live.js";
import { drawTreemap } from "./treemap.js";
import { growTree } from "./treegrid.js";

const page = document.querySelector("#situation");

if (page) {
  const tree = growTree(page);
  const treemap = drawTreemap(page);
  const live = followFigures(page, { tree, treemap });
  tree.onOpened(() => live.follow(tree.openedUnits()));

  // On a wall nobody clicks: the page says by itself that it is wanted, and the head gives its place to figures.
  const wall = page.querySelector("#wall");
  wall.hidden = !document.fullscreenEnabled;
  wall.addEventListener("click", () => document.documentElement.requestFullscreen());
  let awake;
  document.addEventListener("fullscreenchange", () => {
    const on = Boolean(document.fullscreenElement);
    document.body.classList.toggle("pl-wall", on);
    clearInterval(awake);
    if (on) {
      awake = setInterval(() => fetch("/situation/awake"), 240_000);
    }
    treemap.resize();
  });
}
