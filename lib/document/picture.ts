/** Something in a picture. */
export interface Box {
  /** What arrows name it by. */
  readonly id: string;

  /** Its text, as people read it. */
  readonly lines: readonly string[];

  readonly shape: "box" | "round" | "database";

  /** Whether it is there and does nothing. */
  readonly isIdle: boolean;
}

/** What lies together. */
export interface Frame {
  readonly id: string;
  readonly title: string;
  readonly parts: readonly Part[];
}

/** What a picture is made of. */
export type Part = Box | Frame;

/** What one sends to another. */
export interface Arrow {
  readonly from: string;
  readonly to: string;

  /** Empty for none. */
  readonly label: string;

  /** Whether nothing goes along it at present. */
  readonly isIdle: boolean;
}

/** A picture, in whatever language it is written. */
export interface Picture {
  readonly direction: "down" | "right";
  readonly parts: readonly Part[];
  readonly arrows: readonly Arrow[];
}

/** A box that does something. */
export function box(id: string, ...lines: readonly string[]): Box {
  return { id, lines, shape: "box", isIdle: false };
}

/** An arrow that something goes along. */
export function arrow(from: string, to: string, label = ""): Arrow {
  return { from, to, label, isIdle: false };
}

/** Whether a part is a frame. */
export function isFrame(part: Part): part is Frame {
  return "parts" in part;
}

/** The ids of all boxes, however deep they lie. */
export function boxesOf(parts: readonly Part[]): string[] {
  return parts.flatMap((part) => (isFrame(part) ? boxesOf(part.parts) : [part.id]));
}

/**
 * A text on one line, without what no language of pictures takes: control characters, halves of characters, what is none, and nothing
 * at all, which Mermaid refuses and of which Graphviz 16.1 may die.
 */
export function oneLine(text: string): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, " ").replace(/[\p{Cs}\p{Noncharacter_Code_Point}]/gu, "\uFFFD");
  return line === "" ? " " : line;
}
