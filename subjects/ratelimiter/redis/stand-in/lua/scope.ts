// The names that are known at a place of a script, and what they stand for.
import type { FunctionExpression } from "./syntax.ts";
import type { LuaFunction, LuaValue } from "./values.ts";

/** A scope makes the functions that close over it, so that evaluating needs not know how. */
export type MakeFunction = (expression: FunctionExpression, scope: Scope) => LuaFunction;

export class Scope {
  readonly #outer: Scope | undefined;
  readonly #globals: ReadonlyMap<string, LuaValue>;
  readonly #names = new Map<string, LuaValue>();
  readonly makeFunction: MakeFunction;

  private constructor(
    outer: Scope | undefined,
    globals: ReadonlyMap<string, LuaValue>,
    makeFunction: MakeFunction,
  ) {
    this.#outer = outer;
    this.#globals = globals;
    this.makeFunction = makeFunction;
  }

  static outermost(globals: ReadonlyMap<string, LuaValue>, makeFunction: MakeFunction): Scope {
    return new Scope(undefined, globals, makeFunction);
  }

  inner(): Scope {
    return new Scope(this, this.#globals, this.makeFunction);
  }

  declare(name: string, value: LuaValue): void {
    this.#names.set(name, value);
  }

  /** False when there is no local of this name. */
  assign(name: string, value: LuaValue): boolean {
    const scope = this.#findOwner(name);
    scope?.declare(name, value);
    return scope !== undefined;
  }

  isKnown(name: string): boolean {
    return this.#findOwner(name) !== undefined || this.#globals.has(name);
  }

  read(name: string): LuaValue {
    const owner = this.#findOwner(name);
    return owner ? owner.#names.get(name) : this.#globals.get(name);
  }

  #findOwner(name: string): Scope | undefined {
    for (let scope: Scope | undefined = this; scope; scope = scope.#outer) {
      if (scope.#names.has(name)) return scope;
    }
    return undefined;
  }
}
