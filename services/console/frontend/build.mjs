// Bundles what the browser gets into ../static, each file named by its content, and lists them in manifest.json.
import { createHash } from "node:crypto";
import { cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
// Built beside and swapped in at the end, so that a running console never sees half of it.
const fresh = path.join(here, "..", "static.new");
const target = path.join(here, "..", "static");

await rm(fresh, { recursive: true, force: true });
await mkdir(fresh, { recursive: true });

const result = await build({
  absWorkingDir: here,
  entryPoints: ["src/app.js", "src/situation.js", "src/app.css"],
  outdir: fresh,
  bundle: true,
  minify: true,
  format: "esm",
  splitting: true,
  target: ["es2022", "chrome110", "firefox115", "safari16.4"],
  entryNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
  // The licences of what is bundled travel with it.
  legalComments: "linked",
  metafile: true,
  logLevel: "warning",
});

const manifest = {};
for (const [output, facts] of Object.entries(result.metafile.outputs)) {
  if (facts.entryPoint) {
    manifest[path.basename(facts.entryPoint)] = path.basename(output);
  }
}
for (const picture of ["icon.svg"]) {
  const content = await readFile(path.join(here, "src", picture));
  const name = picture.replace(".", `-${createHash("sha256").update(content).digest("hex").slice(0, 8)}.`);
  await cp(path.join(here, "src", picture), path.join(fresh, name));
  manifest[picture] = name;
}
await writeFile(path.join(fresh, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
await rm(target, { recursive: true, force: true });
await rename(fresh, target);
