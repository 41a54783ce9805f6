// So many bytes of a file, or nothing where it ends before.
import type { FileHandle } from 'node:fs/promises';

export async function readFully(file: FileHandle, bytes: number, from: number): Promise<Buffer | undefined> {
  const found = Buffer.allocUnsafe(bytes);
  for (let at = 0; at < bytes; ) {
    const { bytesRead } = await file.read(found, at, bytes - at, from + at);
    if (bytesRead === 0) return undefined;
    at += bytesRead;
  }
  return found;
}
