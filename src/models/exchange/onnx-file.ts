// The parts of an ONNX file that tree models use (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto), read and
// written with the field numbers of that schema.
import { PbfReader, PbfWriter } from 'pbf';

export const ELEMENT = { float: 1, uint8: 2, int32: 6, int64: 7, double: 11 } as const;
/** By number, as the schema names them; what is read of them is in ELEMENT. */
const ELEMENT_NAMES = [
  ...[
    'undefined',
    'float',
    'uint8',
    'int8',
    'uint16',
    'int16',
    'int32',
    'int64',
    'string',
    'bool',
    'float16',
  ],
  ...['double', 'uint32', 'uint64', 'complex64', 'complex128', 'bfloat16'],
];
export const elementName = (elementType: number): string =>
  ELEMENT_NAMES[elementType] ?? `of type ${elementType}`;

export type Attribute =
  | number
  | string
  | readonly number[]
  | readonly string[]
  | { readonly elementType: number; readonly values: readonly number[] }
  | Unread;
/** What the schema can say and is not read here; whoever needs it says so. */
export type Unread = { readonly unread: string };

export type OnnxNode = {
  readonly operator: string;
  /** Empty for the operators of ONNX itself. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
};

export type Port = {
  readonly name: string;
  readonly elementType: number;
  /** Undefined for any. */
  readonly columns: number | undefined;
};

export type OnnxConstant = {
  readonly name: string;
  readonly elementType: number;
  readonly values: readonly number[];
};

export type OnnxGraph = {
  readonly producer: string;
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly metadata: ReadonlyMap<string, string>;
  /** Versions of the sets of operators, by domain. */
  readonly operatorSets: ReadonlyMap<string, number>;
};

type Tensor = {
  name: string;
  elementType: number;
  values: number[];
  raw: Uint8Array | undefined;
  unread: string | undefined;
};

function readTensor(pbf: PbfReader): OnnxConstant & Partial<Unread> {
  const { raw, unread, ...tensor } = pbf.readMessage<Tensor>(
    (tag, found, reader) => {
      if (tag === 2) found.elementType = reader.readVarint();
      else if (tag === 3) found.unread = 'a part of a tensor';
      else if (tag === 4) reader.readPackedFloat(found.values);
      else if (tag === 5 || tag === 7) reader.readPackedVarint(found.values, true);
      else if (tag === 8) found.name = reader.readString();
      else if (tag === 9) found.raw = reader.readBytes();
      else if (tag === 10) reader.readPackedDouble(found.values);
      else if (tag === 13) found.unread = 'a tensor whose numbers are in another file';
    },
    { name: '', elementType: 0, values: [], raw: undefined, unread: undefined },
  );
  const { elementType } = tensor;
  if (unread !== undefined) return { ...tensor, unread };
  if (!Object.values(ELEMENT).some((known) => known === elementType)) {
    return { ...tensor, unread: `a tensor of ${elementName(elementType)}` };
  }
  return raw === undefined ? tensor : { ...tensor, values: [...rawValues(raw, elementType)] };
}

function* rawValues(bytes: Uint8Array, elementType: number): Generator<number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size =
    elementType === ELEMENT.uint8
      ? 1
      : elementType === ELEMENT.float || elementType === ELEMENT.int32
        ? 4
        : 8;
  for (let at = 0; at + size <= bytes.length; at += size) {
    if (elementType === ELEMENT.uint8) yield bytes[at];
    else if (elementType === ELEMENT.float) yield view.getFloat32(at, true);
    else if (elementType === ELEMENT.int32) yield view.getInt32(at, true);
    else if (elementType === ELEMENT.double) yield view.getFloat64(at, true);
    else yield Number(view.getBigInt64(at, true));
  }
}

/** By field number: kinds of attributes that no tree ensemble has. */
const UNREAD_ATTRIBUTES: Readonly<Record<number, string | undefined>> = {
  6: 'a graph',
  10: 'several tensors',
  11: 'several graphs',
  14: 'a type',
  15: 'several types',
  21: 'a reference',
  22: 'a sparse tensor',
  23: 'several sparse tensors',
};

function readAttribute(pbf: PbfReader): [string, Attribute] {
  let value: Attribute = [];
  const { name, floats, ints, strings } = pbf.readMessage(
    (tag, found, reader) => {
      if (tag === 1) found.name = reader.readString();
      else if (tag === 2) value = reader.readFloat();
      else if (tag === 3) value = reader.readVarint(true);
      else if (tag === 4) value = reader.readString();
      else if (tag === 5) value = attributeOf(readTensor(reader));
      else if (tag === 7) reader.readPackedFloat(found.floats);
      else if (tag === 8) reader.readPackedVarint(found.ints, true);
      else if (tag === 9) found.strings.push(reader.readString());
      else {
        const unread = UNREAD_ATTRIBUTES[tag];
        if (unread !== undefined) value = { unread };
      }
    },
    { name: '', floats: [] as number[], ints: [] as number[], strings: [] as string[] },
  );
  for (const list of [floats, ints, strings]) if (list.length > 0) value = list;
  return [name, value];
}

const attributeOf = ({ elementType, values, unread }: OnnxConstant & Partial<Unread>): Attribute =>
  unread === undefined ? { elementType, values } : { unread };

function readNode(pbf: PbfReader): OnnxNode {
  const attributes = new Map<string, Attribute>();
  return pbf.readMessage(
    (tag, node, reader) => {
      if (tag === 1) node.inputs.push(reader.readString());
      else if (tag === 2) node.outputs.push(reader.readString());
      else if (tag === 4) node.operator = reader.readString();
      else if (tag === 5) attributes.set(...readAttribute(reader));
      else if (tag === 7) node.domain = reader.readString();
    },
    { operator: '', domain: '', inputs: [] as string[], outputs: [] as string[], attributes },
  );
}

type Found = { name: string; elementType: number; dimensions: (number | undefined)[] };

function readPort(pbf: PbfReader): Port {
  const readDimension = (reader: PbfReader): number | undefined =>
    reader.readMessage(
      (tag, found: { value: number | undefined }, inner) => {
        if (tag === 1) found.value = inner.readVarint();
      },
      { value: undefined },
    ).value;
  const readShape = (found: Found, reader: PbfReader): void => {
    reader.readMessage((tag, shape: Found, inner) => {
      if (tag === 1) shape.dimensions.push(readDimension(inner));
    }, found);
  };
  const readTensorType = (tag: number, found: Found, reader: PbfReader): void => {
    if (tag === 1) found.elementType = reader.readVarint();
    else if (tag === 2) readShape(found, reader);
  };
  const { name, elementType, dimensions } = pbf.readMessage<Found>(
    (tag, port, reader) => {
      if (tag === 1) port.name = reader.readString();
      else if (tag === 2) {
        reader.readMessage((inner, type: Found, typed) => {
          if (inner === 1) typed.readMessage(readTensorType, type);
        }, port);
      }
    },
    { name: '', elementType: 0, dimensions: [] },
  );
  return { name, elementType, columns: dimensions[1] };
}

/** Tags that a model can begin with: number and wire type of a field of ModelProto, in its first byte. */
const FIRST_TAGS = new Set([0x08, 0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72, 0xa2, 0xca]);

export const startsLikeOnnx = (bytes: Uint8Array): boolean => FIRST_TAGS.has(bytes[0]);

/** Throws where the bytes are no protocol buffer of that schema. */
export function readOnnxFile(bytes: Uint8Array): OnnxGraph {
  const producer = { name: '', version: '' };
  const metadata = new Map<string, string>();
  const nodes: OnnxNode[] = [];
  const constants: OnnxConstant[] = [];
  const inputs: Port[] = [];
  const outputs: Port[] = [];
  const operatorSets = new Map<string, number>();
  new PbfReader(bytes).readFields((tag, _, pbf) => {
    if (tag === 2) producer.name = pbf.readString();
    else if (tag === 3) producer.version = pbf.readString();
    else if (tag === 7) {
      pbf.readMessage((inner, __, graph) => {
        if (inner === 1) nodes.push(readNode(graph));
        else if (inner === 5) constants.push(readTensor(graph));
        else if (inner === 11) inputs.push(readPort(graph));
        else if (inner === 12) outputs.push(readPort(graph));
      }, undefined);
    } else if (tag === 8) {
      const set = pbf.readMessage(
        (inner, found, reader) => {
          if (inner === 1) found.domain = reader.readString();
          else if (inner === 2) found.version = reader.readVarint(true);
        },
        { domain: '', version: 0 },
      );
      operatorSets.set(set.domain, set.version);
    } else if (tag === 14) {
      const entry = pbf.readMessage(
        (inner, pair, reader) => {
          if (inner === 1) pair.key = reader.readString();
          else if (inner === 2) pair.value = reader.readString();
        },
        { key: '', value: '' },
      );
      metadata.set(entry.key, entry.value);
    }
  }, undefined);
  return {
    producer: `${producer.name} ${producer.version}`.trim(),
    nodes,
    constants,
    inputs,
    outputs,
    metadata,
    operatorSets,
  };
}

const TYPE = { float: 1, int: 2, string: 3, tensor: 4, ints: 7, strings: 8 } as const;

function writeTensor({ name, elementType, values }: OnnxConstant, pbf: PbfWriter): void {
  pbf.writePackedVarint(1, [values.length]);
  pbf.writeVarintField(2, elementType);
  if (elementType === ELEMENT.double) pbf.writePackedDouble(10, [...values]);
  else if (elementType === ELEMENT.float) pbf.writePackedFloat(4, [...values]);
  else pbf.writePackedVarint(7, [...values]);
  if (name !== '') pbf.writeStringField(8, name);
}

/** Single numbers are integers: nothing that is written here has another. */
function writeAttribute([name, value]: readonly [string, Attribute], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  let type: number;
  if (typeof value === 'number') {
    type = TYPE.int;
    pbf.writeVarintField(3, value);
  } else if (typeof value === 'string') {
    type = TYPE.string;
    pbf.writeStringField(4, value);
  } else if ('unread' in value) {
    throw new Error(`${name} holds ${value.unread}, which is not written`);
  } else if ('elementType' in value) {
    type = TYPE.tensor;
    pbf.writeMessage(5, writeTensor, { name, ...value });
  } else if (typeof value[0] === 'string') {
    type = TYPE.strings;
    for (const item of value) pbf.writeStringField(9, String(item));
  } else {
    type = TYPE.ints;
    pbf.writePackedVarint(8, value.map(Number));
  }
  pbf.writeVarintField(20, type);
}

function writeNode(node: OnnxNode, pbf: PbfWriter): void {
  for (const input of node.inputs) pbf.writeStringField(1, input);
  for (const output of node.outputs) pbf.writeStringField(2, output);
  pbf.writeStringField(3, node.outputs[0]);
  pbf.writeStringField(4, node.operator);
  for (const attribute of node.attributes) pbf.writeMessage(5, writeAttribute, attribute);
  if (node.domain !== '') pbf.writeStringField(7, node.domain);
}

function writePort({ name, elementType, columns }: Port, pbf: PbfWriter): void {
  const writeDimension = (value: number | undefined, to: PbfWriter): void => {
    if (value === undefined) to.writeStringField(2, 'N');
    else to.writeVarintField(1, value);
  };
  pbf.writeStringField(1, name);
  pbf.writeMessage(
    2,
    (_, type) =>
      type.writeMessage(
        1,
        (__, tensor) => {
          tensor.writeVarintField(1, elementType);
          tensor.writeMessage(
            2,
            (___, shape) => {
              for (const dimension of [undefined, columns]) shape.writeMessage(1, writeDimension, dimension);
            },
            undefined,
          );
        },
        undefined,
      ),
    undefined,
  );
}

const IR_VERSION = 8;
/** Of ONNX itself, and of its operators for machine learning. */
export const OPERATOR_SETS = [
  { domain: '', version: 17 },
  { domain: 'ai.onnx.ml', version: 3 },
] as const;

/** What is written has the sets of operators above. */
export function writeOnnxFile(graph: Omit<OnnxGraph, 'operatorSets'>): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, IR_VERSION);
  pbf.writeStringField(2, graph.producer);
  pbf.writeMessage(
    7,
    (_, to) => {
      for (const node of graph.nodes) to.writeMessage(1, writeNode, node);
      to.writeStringField(2, 'goshawk');
      for (const constant of graph.constants) to.writeMessage(5, writeTensor, constant);
      for (const port of graph.inputs) to.writeMessage(11, writePort, port);
      for (const port of graph.outputs) to.writeMessage(12, writePort, port);
    },
    undefined,
  );
  for (const { domain, version } of OPERATOR_SETS) {
    pbf.writeMessage(
      8,
      (_, to) => {
        to.writeStringField(1, domain);
        to.writeVarintField(2, version);
      },
      undefined,
    );
  }
  for (const [key, value] of graph.metadata) {
    pbf.writeMessage(
      14,
      (_, to) => {
        to.writeStringField(1, key);
        to.writeStringField(2, value);
      },
      undefined,
    );
  }
  return pbf.finish();
}
