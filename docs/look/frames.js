// A frame is as high as its page is now: another width or a click changes that. From file:// no
// page may look into another; then the heights in site.css hold, and the frame scrolls.
const FRAMES = "iframe.live:not(.sheet)";

const fit = (frame) => {
  const page = frame.contentDocument?.documentElement;
  if (!page || frame.contentDocument.URL === "about:blank") return;
  const border = frame.offsetHeight - frame.clientHeight;
  const { ResizeObserver } = frame.contentWindow;
  const watch = new ResizeObserver(() => {
    frame.style.height = `${Math.ceil(page.getBoundingClientRect().height) + border}px`;
  });
  watch.observe(page);
};

for (const frame of document.querySelectorAll(FRAMES)) {
  frame.addEventListener("load", () => fit(frame));
  if (frame.contentDocument?.readyState === "complete") fit(frame);
}
