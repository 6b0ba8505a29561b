/** The learner's answer is kept by Python, in a file. Where that fails, a line below says so. */
import { element, follow } from "./dom.js";

// Milliseconds; a kernel that is busy keeps the answer later, and then says so.
const KEPT_WITHIN = 3000;
const NOT_KEPT_YET =
  "Not kept yet: the kernel is busy, or gone. If it is gone, run this cell and answer again.";

/** The line of a widget that asks something; empty while all is well. */
export function createKeptLine(model, signal) {
  const line = element("p.kd-kept", { role: "status" });
  const keeping = () => model.get("_keeping") ?? {};
  if (!keeping().traits) return line;
  let [timer, known] = [0, keeping().heard];
  const asked = () => {
    const { heard } = keeping();
    // What Python itself changes comes with the news that it is kept, in whatever order.
    if (heard !== known) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (keeping().heard === heard) line.textContent = NOT_KEPT_YET;
    }, KEPT_WITHIN);
  };
  const answered = () => {
    clearTimeout(timer);
    setTimeout(() => (known = keeping().heard));
    line.textContent = keeping().trouble || keeping().hint;
  };
  follow(model, keeping().traits, asked, signal);
  follow(model, ["_keeping"], answered, signal);
  signal.addEventListener("abort", () => clearTimeout(timer));
  return line;
}
