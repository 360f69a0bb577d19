import { renderer } from "../dom/render";
import { mountGallery } from "../gallery/view";
import { kernelConnection } from "../model/connection";
import type { Model } from "../model/gallery_protocol";

const render = renderer<Model>((model, el, signal) => {
  mountGallery(model, el, signal, kernelConnection(model, el, signal));
});

export default { render };
