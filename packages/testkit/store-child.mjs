// One process of many that use a store at a time: store-child.mjs MODULE FACTORY OPTIONS TASK ARGUMENT…
const [modulePath, factory, options, task, ...rest] = process.argv.slice(2);
const loaded = await import(modulePath);
const store = loaded[factory](JSON.parse(options));

const tasks = {
  /** Tries to create COUNT objects; prints the keys that it created. */
  async create(prefix, count) {
    const created = [];
    for (let i = 0; i < Number(count); i++) {
      if (await store.putIfAbsent(`${prefix}${i}`, Buffer.from(String(process.pid)))) created.push(i);
    }
    process.stdout.write(JSON.stringify(created));
  },
  /** Adds one to a counter COUNT times, by compare-and-swap. */
  async increment(key, count) {
    for (let done = 0; done < Number(count); ) {
      const current = await store.get(key);
      const next = Number(Buffer.from(current?.body ?? '0').toString()) + 1;
      if (await store.compareAndSwap(key, Buffer.from(String(next)), current?.tag)) done += 1;
    }
  },
  /** Creates and replaces large objects until it is killed; each is one byte repeated. */
  async writeForever(prefix, sizeBytes) {
    for (let i = 0; ; i++) {
      const key = `${prefix}${i % 50}`;
      const body = Buffer.alloc(Number(sizeBytes), 97 + (i % 26));
      const current = await store.get(key);
      await store.compareAndSwap(key, body, current?.tag);
      if (i === 0) process.stdout.write('started');
    }
  },
};

await tasks[task](...rest);
