import { defineConfig } from "vitest/config";

export default defineConfig({
  // Some tests read the Python sources that the front end must agree with.
  server: { fs: { allow: [".."] } },
  test: {
    environment: "happy-dom",
    include: ["tests/**/*.test.ts"],
    restoreMocks: true,
    unstubGlobals: true,
  },
});
