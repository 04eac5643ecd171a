// Builds the console into dist, which is committed, so that the server builds without Node.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { definitions } from "./plugins/definitions.ts";
import { licenses } from "./plugins/licenses.ts";

export default defineConfig({
  base: "./",
  plugins: [definitions(), svelte(), licenses()],
  build: {
    target: "es2022",
    // Three files with names that stay: the server embeds them by name, and browsers ask by ETag whether they have them.
    cssCodeSplit: false,
    modulePreload: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_000,
    rollupOptions: {
      output: {
        codeSplitting: false,
        entryFileNames: "console.js",
        assetFileNames: "console[extname]",
      },
    },
  },
  // For `npm run dev`: a server on its usual port answers.
  server: {
    proxy: {
      "^/lojal[.]v1[.]": {
        target: process.env.LOJAL_URL ?? "http://127.0.0.1:50051",
        changeOrigin: false,
      },
    },
  },
});
