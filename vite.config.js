// Builds app.css, app.js (console), public.js (wall) and sprite.svg into the Python package, under fixed names:
// Django's static storage adds the hashes. Each script is one self-contained file, so each has a run of its own.
import { readFileSync } from "node:fs";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vite";

const MARK = "assets/brand/mark.svg";

/** One <symbol> of the sprite; colours and stroke come from the `.icon` class. */
function symbol(id, file) {
  const svg = readFileSync(file, "utf8");
  const viewBox = svg.match(/viewBox="([^"]+)"/)[1];
  const inner = svg.replace(/<!--[\s\S]*?-->/g, "").match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1];
  return `<symbol id="${id}" viewBox="${viewBox}">${inner.replace(/\s*\n\s*/g, "")}</symbol>`;
}

/** Packs the icons named in assets/icons.json, and our own mark, into one file. */
function sprite() {
  return {
    name: "chimein-sprite",
    generateBundle() {
      const names = JSON.parse(readFileSync("assets/icons.json", "utf8"));
      const icons = names.map((name) => symbol(name, `node_modules/lucide-static/icons/${name}.svg`));
      const source = `<svg xmlns="http://www.w3.org/2000/svg">${symbol("mark", MARK)}${icons.join("")}</svg>\n`;
      this.emitFile({ type: "asset", fileName: "sprite.svg", source });
    },
  };
}

const entries = { app: "assets/js/app.js", public: "assets/js/public.js" };

export default defineConfig(({ mode }) => {
  const name = mode === "public" ? "public" : "app";
  return {
    publicDir: false,
    plugins: name === "app" ? [tailwindcss(), sprite()] : [],
    build: {
      outDir: "src/chimein/web/static/build",
      emptyOutDir: name === "app",
      target: "es2022",
      cssTarget: ["chrome111", "safari16.4", "firefox128"],
      modulePreload: false,
      cssCodeSplit: false,
      rolldownOptions: {
        input: { [name]: entries[name] },
        // htmx holds an eval for features that our content policy and htmx.config.allowEval both switch off.
        checks: { eval: false },
        output: { format: "iife", entryFileNames: "[name].js", assetFileNames: "app[extname]" },
      },
    },
  };
});
