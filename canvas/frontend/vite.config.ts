import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// One self-contained ES module (its default export is the renderer Streamlit calls) and one stylesheet, named by content hash.
// Not `build.lib`: library mode keeps whitespace, which makes the bundle half as large again.
export default defineConfig({
  plugins: [react()],
  base: "./",
  define: { "process.env.NODE_ENV": JSON.stringify("production") },
  build: {
    outDir: "../build",
    emptyOutDir: true,
    target: "es2022",
    cssCodeSplit: false,
    sourcemap: false,
    modulePreload: false,
    rolldownOptions: {
      input: "src/index.tsx",
      preserveEntrySignatures: "strict",
      output: {
        format: "es",
        codeSplitting: false,
        entryFileNames: "canvas-[hash].js",
        assetFileNames: "canvas-[hash][extname]",
      },
    },
  },
});
