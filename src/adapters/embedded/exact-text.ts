// To be loaded before PGlite, in the thread that it has to itself. PGlite decodes every value with a TextDecoder of its own,
// which drops a leading U+FEFF, and there is no option for it: an id that was stored with one was not found again. Here
// decoders keep it where nobody asks otherwise.

type Words = ConstructorParameters<typeof TextDecoder>;

class ExactTextDecoder extends TextDecoder {
  constructor(label?: Words[0], options?: Words[1]) {
    super(label, { ignoreBOM: true, ...options });
  }
}

globalThis.TextDecoder = ExactTextDecoder;
