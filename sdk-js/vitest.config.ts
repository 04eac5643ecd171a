import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/{unit,integration}/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // The machine may be small, and a fit needs a core.
    maxWorkers: 2,
  },
});
