// Virtual time: what is to happen, in order, and nothing in between. Between two events everything
// that can run does run, so that the order of events is the whole schedule.

interface Event {
  readonly atMs: number;
  readonly number: number;
  readonly happen: () => void;
}

export class Timeline {
  /** Milliseconds since the beginning. */
  nowMs = 0;
  /** Events so far. */
  events = 0;
  #isOver = false;
  #numbers = 0;
  /** A binary heap, the next one first. */
  readonly #heap: Event[] = [];

  /** In the order of their times, and of one time in the order of these calls. */
  after(delayMs: number, happen: () => void): void {
    this.#numbers += 1;
    this.#push({ atMs: this.nowMs + Math.max(0, delayMs), number: this.#numbers, happen });
  }

  /** Nothing happens any more. */
  end(): void {
    this.#isOver = true;
  }

  /** Until then, or until `isDone`, which is asked after each event. */
  async runUntil(untilMs: number, isDone: () => boolean = () => false): Promise<void> {
    await everythingThatCanRun();
    while (!this.#isOver && !isDone()) {
      const [next] = this.#heap;
      if (!next || next.atMs > untilMs) break;
      this.#pop();
      this.nowMs = next.atMs;
      this.events += 1;
      next.happen();
      await everythingThatCanRun();
    }
    if (!this.#isOver) this.nowMs = Math.max(this.nowMs, isDone() ? 0 : untilMs);
  }

  #push(event: Event): void {
    const heap = this.#heap;
    heap.push(event);
    let at = heap.length - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.#swapIfLater(above, at)) return;
      at = above;
    }
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      const right = left + 1;
      const below = isLater(heap[left], heap[right]) ? right : left;
      if (!this.#swapIfLater(at, below)) return;
      at = below;
    }
  }

  #swapIfLater(above: number, below: number): boolean {
    const [upper, lower] = [this.#heap[above], this.#heap[below]];
    if (!upper || !lower || !isLater(upper, lower)) return false;
    this.#heap[above] = lower;
    this.#heap[below] = upper;
    return true;
  }
}

function isLater(left: Event | undefined, right: Event | undefined): boolean {
  if (!left || !right) return false;
  return left.atMs === right.atMs ? left.number > right.number : left.atMs > right.atMs;
}

/** An immediate comes after all promises that are settled, and those that follow from them. */
function everythingThatCanRun(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
