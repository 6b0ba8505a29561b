/**
 * DigitPad in the page.
 *
 * A stroke, a key, an example or Python sets the pixels; all parts draw them within that event.
 * The teacher's answer is shown with its own drawing alone.
 */
import { createAnswerChart } from "../parts/answer_chart.js";
import { readArray, split } from "../parts/arrays.js";
import { createBitmap, DOTS } from "../parts/bitmap.js";
import { element, folded } from "../parts/dom.js";
import { createPicture, createPicker, readExamples, readNames } from "../parts/examples.js";
import { createKeptLine } from "../parts/kept.js";
import { argmax, softmax } from "../parts/maths.js";
import { mount } from "../parts/mount.js";
import { forward, readNetwork } from "../parts/network.js";
import { formatNumber, formatProbability } from "../parts/numbers.js";
import { createShortlist } from "../parts/shortlist.js";
import { createSlider } from "../parts/temperature_slider.js";
import { createWords } from "../parts/words.js";

// A student without a name, and the teacher: the title of their bars, what heads their column in
// words, and how a sentence about them begins.
const STUDENT = { title: "Student, in this page", head: "student", subject: "The student" };
const TEACHER = { title: "Teacher, in the kernel", head: "teacher", subject: "The teacher" };
const TRAITS = ["temperature", "pixels", "_answer"];
const UNDO = 50;
const LEVELS = DOTS ** 2; // of ink
const HELP =
  "Draw with mouse, finger or pen; the right button erases. Keys: arrows move, Shift+arrows " +
  "draw, Space fills or empties a pixel, + and − change its ink. Dashed bars: at T = 1. " +
  "Fit centres and scales the drawing into the dashed box";
const SEEN = ` Each pixel that the network sees is the ink in ${DOTS}×${DOTS} dots of the drawing.`;
const EMPTY = "Draw a digit.";
const LONG = 3; // letters; bars of classes with longer names are wider

function render(view) {
  return mount(view, "div.kdlab.kd-digit-pad", TRAITS, ({ model, data, root, set, signal }) => {
    const pad = readPad(data);
    const slider = createSlider(pad.range, set);
    const board = drawingBoard(pad, set);
    const charts = pad.models.map(({ key, title }) => createAnswerChart(pad.classNames, key, title));
    const answers = element("div.kd-answers", ...charts.map((chart) => chart.node));
    answers.classList.toggle("kd-long", pad.classNames.some((name) => name.length > LONG));
    const help = element("p.kd-help", { id: board.helpId }, HELP);
    help.append(pad.images ? ", where the examples lie." : ".", SEEN);
    const words = inTheWordsOf(pad);
    const parts = [slider, board, ...charts];
    const below = element("div.kd-below");
    if (pad.images) {
      const picker = createPicker(pad, (_, i, when) => set("pixels", pad.rowsOf(i), when));
      below.append(folded("Start from an example", picker.node));
      parts.push(picker);
    }
    below.append(folded("How to draw", help));
    root.append(element("div.kd-desk", board.node, answers), slider.node, below);
    root.append(words.node, createKeptLine(model, signal));
    const hasKernel = () =>
      model.widget_manager?.kernel && !root.closest(".jupyter-widgets-disconnected");
    let drawing = {}; // and what the students make of it
    return {
      ...{ parts, words },
      look(chosen) {
        if (chosen.pixels !== drawing.pixels) drawing = drawingOf(pad, chosen.pixels);
        return look(pad, drawing, chosen, hasKernel());
      },
    };
  });
}

/** The networks and the examples, ready to use. */
function readPad(packed) {
  const networks = packed.students.map(({ network }) => readNetwork(network));
  const models = packed.students.map(({ name }, i) => ({
    ...(name === STUDENT.head ? STUDENT : { title: name, head: name, subject: `“${name}”` }),
    key: i ? `student-${i + 1}` : "student",
  }));
  if (packed.hasTeacher) models.push({ ...TEACHER, key: "teacher" });
  const classNames = readNames(packed.classNames);
  const says = (image) => networks.map((layers) => forward(layers, image));
  const pad = { ...packed, classNames, models, says, find: () => -1 };
  if (!packed.images) return pad;
  const examples = readExamples(packed);
  const images = split(readArray(Float32Array, packed.exactImages), examples.n);
  return {
    ...pad,
    ...examples,
    find: (drawn) => images.findIndex((image) => alike(image, drawn)),
    rowsOf: (i) => split([...images[i]], packed.imageShape[0]),
  };
}

/** What does not depend on the temperature. */
function drawingOf({ says, find }, pixels) {
  const image = pixels.flat();
  return { pixels, image, index: find(image), logits: image.some(Boolean) ? says(image) : undefined };
}

/** Everything that is shown, from what the learner chose; what each model says by its key. */
function look({ classNames, models }, drawing, { temperature: t, _answer: answer }, hasKernel) {
  const { pixels, image, index, logits } = drawing;
  const state = { t, pixels, image, index };
  const each = (said) => Object.fromEntries(models.map(({ key }, i) => [key, said(i)]));
  if (!logits) return { ...state, ...each((i) => ({ note: i ? "" : EMPTY })) };
  const bars = (scores) => ({ p: softmax(scores, t), p1: softmax(scores) });
  const scores = [...logits];
  const alone = `No kernel: the student${logits.length > 1 ? "s" : ""} alone.`;
  let teacher = { note: hasKernel ? "Waiting for the kernel…" : alone };
  if (answer.pixels && alike(answer.pixels.flat(), image)) {
    if (answer.logits) scores.push(answer.logits);
    teacher = answer.error ? { note: answer.error } : bars(answer.logits);
  }
  const list = createShortlist(classNames, scores);
  return { ...state, ...each((i) => (i < logits.length ? bars(logits[i]) : teacher)), list };
}

/** Where one draws, and what a network sees of it. */
function drawingBoard({ imageShape: [height, width], frame }, set) {
  const helpId = `kd-help-${Math.random()}`;
  const bitmap = createBitmap(height, width);
  const canvas = element("canvas.kd-ink", { width: bitmap.columns, height: bitmap.rows });
  const context = canvas.getContext("2d");
  const paint = context.createImageData(bitmap.columns, bitmap.rows);
  const [bounds, cursor] = [element("i.kd-bounds"), element("i.kd-cursor")];
  const board = element("div.kd-board", canvas, bounds, cursor, {
    role: "application",
    tabIndex: 0,
    "aria-label": `Drawing of ${height} by ${width} pixels`,
    "aria-describedby": helpId,
  });
  board.style.setProperty("--rows", height);
  board.style.setProperty("--columns", width);
  place(bounds, frame);

  const past = []; // bitmaps, for Undo
  let pixels; // as they were last drawn
  let stroke; // the pointer that draws, if one does
  const at = { x: width >> 1, y: height >> 1 }; // the pixel that keys change
  const share = (when) => set("pixels", bitmap.pixels(), when);
  const remember = (dots = bitmap.dots.slice()) => past.push(dots) > UNDO && past.shift();

  const tool = (name, onclick) => element("button", { type: "button", onclick }, name);
  const eraser = tool("Eraser", () => eraser.setAttribute("aria-pressed", !isErasing()));
  const isErasing = () => eraser.getAttribute("aria-pressed") === "true";
  eraser.setAttribute("aria-pressed", false);
  const undo = tool("Undo", () => {
    bitmap.dots = past.pop();
    share();
  });
  const fit = tool("Fit", () => {
    remember();
    bitmap.fit(frame);
    share();
  });
  const clear = tool("Clear", () => set("pixels", pixels.map((row) => row.map(() => 0))));
  const tools = element("div.kd-pens", eraser, undo, fit, clear);

  const seen = new Uint8Array(height * width);
  const picture = createPicture({ images: seen, imageShape: [height, width, 1] });
  const caption = element("figcaption", "What the network sees");
  const cell = element("p.kd-cell", { role: "status" });
  const figure = element("figure.kd-seen", picture.node, caption, cell);

  function extend(event) {
    const box = canvas.getBoundingClientRect();
    const passed = event.getCoalescedEvents();
    for (const { clientX, clientY } of passed.length ? passed : [event]) {
      const x = ((clientX - box.left) / box.width) * width;
      const to = { x, y: ((clientY - box.top) / box.height) * height };
      bitmap.line(stroke.last ?? to, to, stroke.ink);
      stroke.last = to;
    }
    share("soon");
  }
  board.onpointerdown = (event) => {
    if (stroke || event.button === 1) return;
    board.setPointerCapture(event.pointerId);
    stroke = { id: event.pointerId, ink: isErasing() || event.button ? 0 : 1 };
    board.classList.add("kd-pointed");
    remember();
    extend(event);
  };
  board.onpointermove = (event) => event.pointerId === stroke?.id && extend(event);
  board.onlostpointercapture = (event) => {
    if (event.pointerId !== stroke?.id) return;
    stroke = undefined;
    share();
  };
  board.oncontextmenu = (event) => {
    event.preventDefault();
    event.stopPropagation(); // the notebook's own menu
  };

  const setInk = (ink) => {
    const image = pixels.map((row) => [...row]);
    image[at.y][at.x] = within(ink, 1);
    set("pixels", image);
  };
  const pointOut = () => {
    const ink = Math.round(pixels[at.y][at.x] * LEVELS);
    place(cursor, [at.x, at.x + 1, at.y, at.y + 1]);
    cell.textContent = `row ${at.y + 1}, column ${at.x + 1}: ink ${ink} of ${LEVELS}`;
  };
  board.onfocus = pointOut;
  board.onkeydown = (event) => {
    const { key, shiftKey, ctrlKey, metaKey, altKey } = event;
    const ink = pixels[at.y][at.x];
    const inks = { " ": ink < 1 ? 1 : 0, "+": ink + 2 / LEVELS, "-": ink - 2 / LEVELS };
    const step = STEPS[key];
    if (ctrlKey || metaKey || altKey || !(step || key in inks)) return;
    event.preventDefault();
    board.classList.remove("kd-pointed");
    if (step) {
      at.x = within(at.x + step[0], width - 1);
      at.y = within(at.y + step[1], height - 1);
      if (shiftKey) setInk(isErasing() ? 0 : 1);
    } else setInk(inks[key]);
    pointOut();
  };

  function place(box, [left, right, top, bottom]) {
    const inset = [top / height, 1 - right / width, 1 - bottom / height, left / width];
    box.style.inset = inset.map((share) => `${100 * share}%`).join(" ");
  }

  return {
    node: element("div", board, tools, figure),
    helpId,
    draw(state) {
      if (state.pixels === pixels) return;
      // Keys, examples, Python and other views change the pixels alone.
      const before = bitmap.dots.slice();
      if (bitmap.show(state.pixels) && pixels) remember(before);
      pixels = state.pixels;
      bitmap.dots.forEach((ink, i) => (paint.data[4 * i + 3] = 255 * ink));
      context.putImageData(paint, 0, 0);
      seen.set(state.image.map((ink) => Math.round(255 * ink)));
      picture.draw(0);
      undo.disabled = !past.length;
    },
  };
}

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The same as a table and a sentence. */
function inTheWordsOf({ classNames, models }) {
  const words = createWords(classNames, models.map(({ head }) => head));
  const column = (names, of, { p }) =>
    p ? Array.from(of(p), formatProbability) : names.map(() => "no answer");
  const sentence = (subject, { p, note }) => {
    if (!p) return note;
    const k = argmax(p);
    return `${subject} says ${classNames[k]}, ${(100 * p[k]).toFixed(1)} percent.`;
  };
  return {
    node: words.node,
    draw(state) {
      const title = `Probabilities of the drawing at T = ${formatNumber(state.t)}`;
      const { names = classNames, of } = state.list ?? {};
      words.draw(title, models.map(({ key }) => column(names, of, state[key])), names);
    },
    speak(state) {
      this.draw(state);
      words.speak(models.map(({ key, subject }) => sentence(subject, state[key])).join(" "));
    },
  };
}

function within(value, most) {
  return Math.min(Math.max(value, 0), most);
}

/** Whether two drawings agree, up to rounding. */
function alike(a, b) {
  return a.every((value, i) => Math.abs(value - b[i]) < 1e-6);
}

export default { render };
