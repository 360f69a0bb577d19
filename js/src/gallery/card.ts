// One card: a picture under its map, and two lines.

import { element } from "../dom/element";

export interface Shown {
  line: string;
  name: string;
  /** Width over height. */
  aspect: number;
}

export interface Card {
  element: HTMLButtonElement;
  map: HTMLElement;
  /** Which picture this is; -1 for none. */
  row: number;
  show(row: number, shown: Shown): void;
  hide(): void;
  /** "" where there is none. */
  showThumbnail(url: string): void;
}

export function card(): Card {
  const node = element("button", "gx-card");
  const picture = element("span", "gx-card-picture");
  const frame = element("span", "gx-card-frame");
  const thumbnail = element("img", "gx-card-image");
  const map = element("span", "gx-card-map");
  const [line, name] = [document.createTextNode(""), document.createTextNode("")];
  const [lineNode, nameNode] = [element("span", "gx-card-line"), element("span", "gx-card-name")];
  thumbnail.alt = "";
  lineNode.append(line);
  nameNode.append(name);
  frame.append(thumbnail, map);
  picture.append(frame);
  node.append(picture, lineNode, nameNode);
  const made: Card = {
    element: node,
    map,
    row: -1,
    show: (row, shown) => {
      made.row = row;
      node.hidden = false;
      [line.data, name.data] = [shown.line, shown.name.split(/[/\\]/).at(-1) || shown.name];
      node.title = `${shown.name}\n${shown.line}`;
      frame.style.inset = insetOf(shown.aspect);
    },
    hide: () => {
      made.row = -1;
      node.hidden = true;
    },
    showThumbnail: (url) => {
      thumbnail.hidden = url === "";
      if (url) thumbnail.src = url;
    },
  };
  return made;
}

/** What a picture leaves of a square at its top and bottom, or at its sides. */
function insetOf(aspect: number): string {
  const left = 50 * (1 - Math.min(aspect, 1 / aspect));
  return aspect > 1 ? `${left}% 0` : `0 ${left}%`;
}
