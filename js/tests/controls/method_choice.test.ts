import { beforeEach, describe, expect, test } from "vitest";
import { methodChoice } from "../../src/controls/method_choice";
import type { Traits } from "../../src/model/explorer_protocol";
import { find } from "../support/elements";
import { StrictModel, traits } from "../support/explorer";

let controller: AbortController;
let model: StrictModel;
let view: ReturnType<typeof methodChoice>;

beforeEach(() => {
  controller = new AbortController();
  return () => controller.abort();
});

function show(changes: Partial<Traits> = {}): void {
  model = new StrictModel(traits(changes));
  view = methodChoice(model, controller.signal);
  view.update();
}

const control = (at: number) => find<HTMLSelectElement>(view.elements[at]!, "select");

function choose(at: number, value: string): void {
  control(at).value = value;
  control(at).dispatchEvent(new Event("change"));
}

describe("the methods", () => {
  test("are offered by name; what the model cannot serve says why and cannot be chosen", () => {
    show();
    const options = [...control(0).options].map(({ text, disabled }) => [text, disabled]);
    expect(options).toEqual([
      ["Occlusion", false],
      ["Grad-CAM", false],
      ["Saliency: needs a white-box model", true],
    ]);
    expect(control(0).value).toBe("occlusion");
  });

  test("are chosen with their own choice of a layer", () => {
    show({ method: "grad-cam", layer: "conv" });
    choose(0, "occlusion");
    expect([model.get("method"), model.get("layer")]).toEqual(["occlusion", ""]);
    expect(model.saved).toHaveLength(1);
  });
});

describe("the layer", () => {
  test("is asked of a method that takes one alone", () => {
    show();
    expect(view.elements[1]!.hidden).toBe(true);
    model.receive({ method: "grad-cam", layers: ["conv1", "conv2"] });
    view.update();
    expect(view.elements[1]!.hidden).toBe(false);
    expect([...control(1).options].map(({ text }) => text)).toEqual(["its own choice", "conv1", "conv2"]);
    choose(1, "conv2");
    expect(model.get("layer")).toBe("conv2");
  });
});
