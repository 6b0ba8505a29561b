// The model of a widget on a page of its own, which has no kernel.
import assert from "node:assert/strict";
import { test } from "node:test";

import { createModel } from "../../kdlab/widgets/page/parts/own_page.js";

function heard(model, event) {
  const values = [];
  const action = (_, value) => values.push(value);
  model.on(event, action);
  return { values, stop: () => model.off(event, action) };
}

test("a trait that is set is read back, and heard of once", () => {
  const model = createModel({ temperature: 1, index: 0 });
  const [own, other, any] = ["change:temperature", "change:index", "change"].map((event) =>
    heard(model, event),
  );
  model.set("temperature", 4);
  model.set("temperature", 4);
  model.save_changes();
  assert.equal(model.get("temperature"), 4);
  assert.deepEqual([own, other, any].map(({ values }) => values.length), [1, 0, 1]);
  assert.deepEqual(own.values, [4]);
});

test("off takes away one action, those of an event, or all", () => {
  const model = createModel({ t: 0 });
  const [first, second, any] = ["change:t", "change:t", "change"].map((event) => heard(model, event));
  const counts = () => [first, second, any].map(({ values }) => values.length);
  first.stop();
  model.set("t", 1);
  assert.deepEqual(counts(), [0, 1, 1]);
  model.off("change:t");
  model.set("t", 2);
  assert.deepEqual(counts(), [0, 1, 2]);
  model.off();
  model.set("t", 3);
  assert.deepEqual(counts(), [0, 1, 2]);
});

test("an action may take itself away, and may set another trait", () => {
  const model = createModel({ a: 0, b: 0 });
  const once = () => {
    model.off("change:a", once);
    model.set("b", model.get("b") + 1);
  };
  const b = heard(model, "change:b");
  model.on("change:a", once);
  model.set("a", 1);
  model.set("a", 2);
  assert.deepEqual(b.values, [1]);
});

test("what is meant for Python goes nowhere", () => {
  const model = createModel({});
  assert.equal(model.send({ kind: "question" }), undefined);
  assert.equal(model.widget_manager, undefined);
});
