import { expect, test } from "vitest";
import { offlineNotice } from "../../src/controls/offline";
import { fakeConnection } from "../support/explorer";

test("a kernel that answers is not spoken of", () => {
  const notice = offlineNotice(fakeConnection());
  notice.update();
  expect(notice.element.hidden).toBe(true);
});

test("a kernel that says nothing may be busy; one that is gone is gone", () => {
  const connection = fakeConnection();
  const notice = offlineNotice(connection);
  connection.fallSilent();
  notice.update();
  expect(notice.element.textContent).toMatch(/^No answer for 20 seconds: .* busy, or it is lost\./);
  connection.become("gone");
  notice.update();
  expect(notice.element.textContent).toMatch(/^The kernel is gone\./);
  expect(notice.element.hidden).toBe(false);
});

test("a page has nobody to wait for", () => {
  const notice = offlineNotice(fakeConnection("page"));
  notice.update();
  expect(notice.element.hidden).toBe(true);
});
