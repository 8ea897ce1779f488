// Builds every widgets/<name>/index.ts into rftkit/widgets/static/<name>.{js,css}. Nothing is listed by hand.
import { context } from "esbuild";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const names = readdirSync(here).filter((name) => existsSync(join(here, name, "index.ts")));
const watch = process.argv.includes("--watch");

const builder = await context({
  entryPoints: Object.fromEntries(names.map((name) => [name, join(here, name, "index.ts")])),
  outdir: join(here, "..", "rftkit", "widgets", "static"),
  bundle: true,
  format: "esm",
  target: ["es2022"],
  minify: !watch,
  sourcemap: watch ? "inline" : false,
  legalComments: "none",
  logLevel: "warning",
});

if (watch) {
  await builder.watch();
  console.error(`watching ${names.length} widgets`);
} else {
  await builder.rebuild();
  await builder.dispose();
  console.error(`built ${names.length} widgets: ${names.join(", ")}`);
}
