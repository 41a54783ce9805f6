// What a runtime has opened, to be closed in the opposite order: when it stops, and when it cannot be opened whole.

export type Resources = {
  /** Remembers how to close something, and gives it back. */
  add<T>(resource: T, close: (resource: T) => unknown): T;
  /** Closes everything; one that fails to close does not keep the others open. */
  close(): Promise<void>;
};

export function createResources(): Resources {
  const closers: (() => unknown)[] = [];
  return {
    add(resource, close) {
      closers.push(() => close(resource));
      return resource;
    },
    async close() {
      for (let close = closers.pop(); close; close = closers.pop()) {
        try {
          await close();
        } catch {
          // What it was connected to may be gone already.
        }
      }
    },
  };
}

/** Opens a runtime; when that fails half-way, what was opened is closed before the error goes on. */
export async function opened<T>(open: (resources: Resources) => Promise<T>): Promise<T> {
  const resources = createResources();
  try {
    return await open(resources);
  } catch (error) {
    await resources.close();
    throw error;
  }
}
