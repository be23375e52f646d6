/** True when `filter` matches `topic`. MQTT 5 §4.7; a leading wildcard never matches a topic that starts with `$`. */
export function matches(filter: string, topic: string): boolean {
  if (filter === topic) return true;
  // MQTT 5 §4.7.2
  if (topic.startsWith('$') && (filter.startsWith('#') || filter.startsWith('+'))) return false;
  const levels = filter.split('/');
  const words = topic.split('/');
  for (const [index, level] of levels.entries()) {
    // MQTT 5 §4.7.1.2: `a/#` also matches its parent `a`.
    if (level === '#') return true;
    if (index >= words.length) return false;
    if (level !== '+' && level !== words[index]) return false;
  }
  return levels.length === words.length;
}

export function hasWildcard(filter: string): boolean {
  return filter.includes('+') || filter.includes('#');
}

interface Branch<T> {
  readonly children: Map<string, Branch<T>>;
  /** Of the filter that ends here, by owner. */
  readonly values: Map<string, T>;
}

/** Finds the values stored under all topic filters that match a topic, at a cost that follows the topic's depth. */
export class FilterTree<T> {
  readonly #root: Branch<T> = newBranch();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  set(filter: string, owner: string, value: T): void {
    let branch = this.#root;
    for (const level of filter.split('/')) {
      let child = branch.children.get(level);
      if (child === undefined) branch.children.set(level, (child = newBranch()));
      branch = child;
    }
    if (!branch.values.has(owner)) this.#size++;
    branch.values.set(owner, value);
  }

  delete(filter: string, owner: string): void {
    this.#prune(this.#root, filter.split('/'), 0, owner);
  }

  match(topic: string): T[] {
    if (this.#size === 0) return [];
    const found: T[] = [];
    this.#collect(this.#root, topic.split('/'), 0, found);
    return found;
  }

  #collect(branch: Branch<T>, words: string[], depth: number, found: T[]): void {
    // MQTT 5 §4.7.2
    const open = depth > 0 || !words[0]?.startsWith('$');
    if (open) found.push(...(branch.children.get('#')?.values.values() ?? []));
    const word = words[depth];
    if (word === undefined) {
      found.push(...branch.values.values());
      return;
    }
    const plus = open ? branch.children.get('+') : undefined;
    if (plus !== undefined) this.#collect(plus, words, depth + 1, found);
    const exact = branch.children.get(word);
    if (exact !== undefined) this.#collect(exact, words, depth + 1, found);
  }

  #prune(branch: Branch<T>, levels: string[], depth: number, owner: string): void {
    const level = levels[depth];
    if (level === undefined) {
      if (branch.values.delete(owner)) this.#size--;
      return;
    }
    const child = branch.children.get(level);
    if (child === undefined) return;
    this.#prune(child, levels, depth + 1, owner);
    if (child.values.size === 0 && child.children.size === 0) branch.children.delete(level);
  }
}

function newBranch<T>(): Branch<T> {
  return { children: new Map(), values: new Map() };
}
