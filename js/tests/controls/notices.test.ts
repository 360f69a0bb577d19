import { beforeEach, describe, expect, test } from "vitest";
import { noticesView } from "../../src/controls/notices";
import type { Prediction, Traits } from "../../src/model/explorer_protocol";
import { bytesOf } from "../support/bytes";
import { find, HTML, texts, visibleTexts } from "../support/elements";
import { fakeConnection, StrictModel, traits } from "../support/explorer";

let controller: AbortController;
let connection: ReturnType<typeof fakeConnection>;
let model: StrictModel;
let view: ReturnType<typeof noticesView>;

beforeEach(() => {
  controller = new AbortController();
  connection = fakeConnection();
  return () => controller.abort();
});

function show(changes: Partial<Traits> = {}): void {
  model = new StrictModel(traits(changes));
  view = noticesView(model, controller.signal, connection);
  view.update();
}

function receive(changes: Partial<Traits>): void {
  model.receive(changes);
  view.update();
}

/** Above the map, or below it. */
const shownTexts = (selector: string, place: "alerts" | "element" = "element") => visibleTexts(view[place], selector);

describe("messages", () => {
  const alerts = () => shownTexts("[role=alert]", "alerts");

  test("have no error where there is none", () => {
    show();
    expect(alerts()).toEqual([]);
  });

  test("tell an error as an alert until it is gone", () => {
    show({ error: "The model failed." });
    expect(alerts()).toEqual(["The model failed."]);
    receive({ error: "" });
    expect(alerts()).toEqual([]);
  });

  test("tell an error that stays only once", () => {
    show({ error: "The model failed." });
    const [text] = [...find(view.alerts, "[role=alert]").childNodes];
    receive({ notes: ["One."], progress: {} });
    expect(find(view.alerts, "[role=alert]").firstChild).toBe(text);
  });

  test("tell what the front end has to say, instead of an error that was there before", () => {
    show({ error: "The model failed." });
    view.showMessage("That is no file.");
    receive({ notes: ["One."] });
    expect(alerts()).toEqual(["That is no file."]);
    view.showMessage("");
    expect(alerts()).toEqual(["The model failed."]);
  });

  test.each([
    ["another error", "Out of memory.", ["Out of memory."]],
    ["the error's end", "", []],
  ])("tell it until the kernel has news: %s", (_, error, said) => {
    show({ error: "The model failed." });
    view.showMessage("That is no file.");
    receive({ error });
    expect(alerts()).toEqual(said);
    receive({ notes: ["One."] });
    expect(alerts()).toEqual(said);
  });

  test("tell notes in order", () => {
    show({ notes: ["One.", "Two."] });
    expect(texts(view.element, ".gx-note")).toEqual(["One.", "Two."]);
  });

  test("tell what was chosen once it is known", () => {
    show({ about: {} });
    expect(shownTexts(".gx-about")).toEqual([]);
    receive({ about: { model: "TinyNet", text: "TinyNet · softmax", how: {}, caveat: "" } });
    expect(shownTexts(".gx-about")).toEqual(["TinyNet · softmax"]);
  });

  test("tell what a reader must know of every map, where laymen read", () => {
    show();
    expect(shownTexts(".gx-about")).toEqual([
      "Hidden cells are new to the model.",
      "TinyNet · softmax · preprocessing: ImageNet",
    ]);
  });

  test("tell whether the model was checked, once it was", () => {
    show();
    const last = () => find<HTMLDetailsElement>(view.element, "details");
    expect(last().hidden).toBe(true);
    const summary = "Technical check on one picture: nothing wrong was found.";
    receive({ check: { verdict: "ok", summary, checks: [["Outputs", "ok", "They sum to 1.", ""]] } });
    expect(last().hidden).toBe(false);
    expect(find(last(), "summary").textContent).toBe(`✓${summary}`);
  });

  test("show HTML as text", () => {
    const about = { model: HTML, text: HTML, how: {}, caveat: HTML };
    show({ error: HTML, notes: [HTML], about });
    view.sending(HTML);
    expect(alerts()).toEqual([HTML]);
    expect(texts(view.element, ".gx-note")).toEqual([HTML]);
    view.showMessage(HTML);
    expect(alerts()).toEqual([HTML]);
    for (const place of [view.alerts, view.element]) expect(place.querySelector("img")).toBeNull();
  });
});

describe("log-odds", () => {
  const saturated: Prediction = { target: 1, probability: 1, saturated: true, top: [[1, 1]] };
  const offer = () => find<HTMLButtonElement>(view.element, "button");

  test("are offered where the probability is saturated, and a click takes them", () => {
    show({ prediction: saturated, notes: ["Every drop is near 0."] });
    expect(offer().hidden).toBe(false);
    expect(offer().textContent).toBe("Show log-odds");
    offer().click();
    expect(model.saved).toEqual([{ score: "log-odds" }]);
  });

  test("are not offered otherwise", () => {
    show({ notes: ["Every drop is near 0."] });
    expect(offer().hidden).toBe(true);
  });

  test("are not offered before there is a prediction", () => {
    show({ prediction: {}, notes: ["Every drop is near 0."] });
    expect(offer().hidden).toBe(true);
  });

  test("are not offered without the note that tells why", () => {
    show({ prediction: saturated });
    expect(offer().hidden).toBe(true);
  });

  test.each([
    ["kernel", false],
    ["gone", true],
    ["page", false],
  ] as const)("can be taken of the host “%s” unless %s", (other, disabled) => {
    connection.become(other);
    show({ prediction: saturated, notes: ["Every drop is near 0."] });
    expect(offer().disabled).toBe(disabled);
  });

  test("are offered by a button that stays, so that its focus does", () => {
    show({ prediction: saturated, notes: ["Every drop is near 0."] });
    document.body.replaceChildren(view.element);
    offer().focus();
    receive({ notes: ["Every drop is near 0.", "Partial."], status: "stopped" });
    expect(document.activeElement).toBe(offer());
  });
});

describe("a picture that is on its way", () => {
  const told = () => shownTexts(".gx-reading", "alerts");
  const TOLD = ["Reading “cat.png” … The map below is of the picture before."];

  test("is told as soon as it is sent, politely", () => {
    show();
    expect([view.coming(), told()]).toEqual(["", []]);
    view.sending("cat.png");
    expect([view.coming(), told()]).toEqual(["cat.png", TOLD]);
    expect(find(view.alerts, ".gx-reading").getAttribute("role")).toBe("status");
  });

  test("is told while the kernel reads it, in every view of it", () => {
    show({ reading: "cat.png" });
    expect([view.coming(), told()]).toEqual(["cat.png", TOLD]);
    receive({ reading: "" });
    expect([view.coming(), told()]).toEqual(["", []]);
  });

  test("is told through batches of the run before", () => {
    show();
    view.sending("cat.png");
    receive({ scores: bytesOf(), progress: {}, notes: ["One."] });
    expect(view.coming()).toBe("cat.png");
  });

  test.each<[string, Partial<Traits>]>([
    ["has come", { picture: bytesOf(9) }],
    ["cannot be read", { error: "No picture." }],
  ])("is told until it %s", (_, changes) => {
    show();
    view.sending("cat.png");
    receive(changes);
    expect([view.coming(), told()]).toEqual(["", []]);
    receive({ error: "" });
    expect(view.coming()).toBe("");
  });

  test("is told until the kernel has read it, even if it is the one that is shown", () => {
    show();
    view.sending("cat.png");
    receive({ reading: "cat.png" });
    expect(view.coming()).toBe("cat.png");
    receive({ reading: "" });
    expect(view.coming()).toBe("");
  });

  test("is told no more where it was not sent after all", () => {
    show();
    view.sending("cat.png");
    view.sending("");
    expect([view.coming(), told()]).toEqual(["", []]);
  });

  test.each<Partial<Traits>>([{}, { reading: "cat.png" }])("never comes from a kernel that is gone (%j)", (changes) => {
    show(changes);
    view.sending("cat.png");
    connection.become("gone");
    view.update();
    expect([view.coming(), told()]).toEqual(["", []]);
  });
});
