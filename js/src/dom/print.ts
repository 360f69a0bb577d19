// Open all <details> while a page is printed.

export function openForPrint(page: Window): void {
  const opened: HTMLDetailsElement[] = [];
  page.addEventListener("beforeprint", () => {
    for (const details of page.document.querySelectorAll<HTMLDetailsElement>("details:not([open])")) {
      details.open = true;
      opened.push(details);
    }
  });
  page.addEventListener("afterprint", () => {
    for (const details of opened.splice(0)) details.open = false;
  });
}
