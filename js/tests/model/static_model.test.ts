import { beforeEach, expect, test, vi } from "vitest";
import { StaticModel } from "../../src/model/static_model";
import { traits } from "../support/explorer";

let model: StaticModel;
beforeEach(() => {
  model = new StaticModel(traits());
});

test("a trait is what it was given as until it is set", () => {
  expect(model.get("fill")).toBe("cell-mean");
  model.set("fill", "blur");
  expect(model.get("fill")).toBe("blur");
});

test("who listens to a trait hears of it, with the new value in place, and of no other", () => {
  const heard: string[] = [];
  model.on("change:fill", () => heard.push(model.get("fill")));
  model.set("fill", "blur");
  model.set("score", "log-odds");
  expect(heard).toEqual(["blur"]);
});

test("all who listen hear", () => {
  const [first, second] = [vi.fn(), vi.fn()];
  model.on("change:fill", first);
  model.on("change:fill", second);
  model.set("fill", "blur");
  expect(first).toHaveBeenCalledOnce();
  expect(second).toHaveBeenCalledOnce();
});

test("who stopped listening hears nothing, the others still do", () => {
  const [gone, still] = [vi.fn(), vi.fn()];
  model.on("change:fill", gone);
  model.on("change:fill", still);
  model.off("change:fill", gone);
  model.set("fill", "blur");
  expect(gone).not.toHaveBeenCalled();
  expect(still).toHaveBeenCalledOnce();
});

test("what is sent is kept in order", () => {
  model.send({ type: "stop" });
  model.send({ type: "start" });
  expect(model.sent).toEqual([{ type: "stop" }, { type: "start" }]);
});
