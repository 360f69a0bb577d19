import { defineConfig } from "vitest/config";

export default defineConfig({
  // Some tests read the Python sources that the front end must agree with.
  server: { fs: { allow: [".."] } },
  test: {
    environment: "happy-dom",
    // One DOM and one set of modules for all files of a worker: building them for each took most of the time.
    isolate: false,
    pool: "threads",
    include: ["tests/**/*.test.ts"],
    restoreMocks: true,
    unstubGlobals: true,
  },
});
