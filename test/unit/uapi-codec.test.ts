/** Structs survive encoding, are little-endian at the layout's offsets, and nothing is truncated silently. */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { decodeStruct, encodeStruct, type StructValues } from "../../proto/uapi/codec.js";
import {
  iommu_hw_info,
  iommu_hwpt_alloc,
  iommu_ioas_map,
  iommu_ioas_map_file,
  iommu_destroy,
} from "../../proto/uapi/iommufd.js";
import { testOperations } from "../../proto/uapi/iommufd-test.js";
import type { AnyField, Fields, FieldType, StructLayout } from "../../proto/uapi/layout.js";
import { ioctlTable } from "../../proto/uapi/table.js";
import { vfio_iommu_type1_dma_map } from "../../proto/uapi/vfio.js";

const arbitraries: Readonly<Record<FieldType, fc.Arbitrary<number | bigint>>> = {
  u8: fc.integer({ min: 0, max: 0xff }),
  u16: fc.integer({ min: 0, max: 0xffff }),
  u32: fc.integer({ min: 0, max: 0xffff_ffff }),
  s32: fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
  u64: fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }),
};

function arbitraryOf({ type, array, count }: AnyField) {
  const one = arbitraries[type];
  return array ? fc.array(one, { minLength: count, maxLength: count }) : one;
}

/** A struct and values for all its fields; of a union one member. */
const structAndValues = fc
  .constantFrom<StructLayout>(
    ...ioctlTable.filter(({ argument }) => argument === "pointer").map(({ struct }) => struct),
    ...testOperations.map(({ struct }) => struct),
  )
  .chain((layout) => {
    const fields = new Map(Object.values(layout.fields).map((field) => [field.offset, field]));
    const values = Object.fromEntries([...fields.values()].map((field) => [field.name, arbitraryOf(field)]));
    return fc.record({ layout: fc.constant(layout), values: fc.record(values) });
  });

describe("codec", () => {
  test("what is encoded decodes to the same values, from any bytes behind the struct too", () => {
    fc.assert(
      fc.property(structAndValues, fc.uint8Array({ maxLength: 16 }), ({ layout, values }, rest) => {
        const bytes = encodeStruct(layout, values as Partial<StructValues<Fields>>);
        expect(bytes).toHaveLength(layout.bytes);
        expect(decodeStruct(layout, Uint8Array.from([...bytes, ...rest]))).toMatchObject(values);
      }),
    );
  });

  test("fields lie at their offsets, little-endian; what is left out is 0 and size is the whole struct", () => {
    const bytes = encodeStruct(iommu_ioas_map, { flags: 0x01020304, user_va: 0x0102030405060708n });
    expect([...bytes.subarray(0, 24)]).toEqual([
      40,
      0,
      0,
      0,
      4,
      3,
      2,
      1,
      ...Array<number>(8).fill(0),
      8,
      7,
      6,
      5,
      4,
      3,
      2,
      1,
    ]);
    expect(bytes.subarray(24).every((byte) => byte === 0)).toBe(true);
  });

  test("a size that is given stands, and VFIO's argsz is filled like size but its length field is not", () => {
    expect(decodeStruct(iommu_destroy, encodeStruct(iommu_destroy, { size: 99 })).size).toBe(99);
    const map = decodeStruct(vfio_iommu_type1_dma_map, encodeStruct(vfio_iommu_type1_dma_map, {}));
    expect(map).toMatchObject({ argsz: 32, size: 0n });
  });

  test("members of a union read the same bytes", () => {
    const info = decodeStruct(iommu_hw_info, encodeStruct(iommu_hw_info, { in_data_type: 7 }));
    expect(info).toMatchObject({ in_data_type: 7, out_data_type: 7, __reserved: [0, 0, 0] });
  });

  test("a short form reads as if zeros followed, less than the shortest form is refused", () => {
    const bytes = encodeStruct(iommu_hwpt_alloc, { dev_id: 3, data_type: 5 });
    expect(decodeStruct(iommu_hwpt_alloc, bytes.subarray(0, 24))).toMatchObject({
      dev_id: 3,
      data_type: 0,
      fault_id: 0,
    });
    expect(() => decodeStruct(iommu_hwpt_alloc, bytes.subarray(0, 23))).toThrow(RangeError);
  });

  test.each([
    ["beyond u32", () => encodeStruct(iommu_destroy, { id: 0x1_0000_0000 }), "iommu_destroy.id"],
    ["negative", () => encodeStruct(iommu_destroy, { id: -1 }), "iommu_destroy.id"],
    ["a fraction", () => encodeStruct(iommu_destroy, { id: 1.5 }), "iommu_destroy.id"],
    ["NaN", () => encodeStruct(iommu_destroy, { id: NaN }), "iommu_destroy.id"],
    ["below s32", () => encodeStruct(iommu_ioas_map_file, { fd: -0x8000_0001 }), "iommu_ioas_map_file.fd"],
    ["beyond u64", () => encodeStruct(iommu_ioas_map, { iova: 1n << 64n }), "iommu_ioas_map.iova"],
    ["a number for u64", () => encodeStruct(iommu_ioas_map, { iova: 1 as never }), "iommu_ioas_map.iova"],
    ["a bigint for u32", () => encodeStruct(iommu_destroy, { id: 1n as never }), "iommu_destroy.id"],
    ["an item beyond u8", () => encodeStruct(iommu_hw_info, { __reserved: [0, 256] }), "iommu_hw_info.__reserved"],
    ["too many items", () => encodeStruct(iommu_hw_info, { __reserved: [0, 0, 0, 0] }), "iommu_hw_info.__reserved"],
    [
      "a number for an array",
      () => encodeStruct(iommu_hw_info, { __reserved: 0 as never }),
      "iommu_hw_info.__reserved",
    ],
    ["an unknown name", () => encodeStruct(iommu_destroy, { ident: 1 } as never), "iommu_destroy has no field ident"],
  ])("refuses %s, naming struct and field", (_, encode, message) => {
    expect(encode).toThrow(RangeError);
    expect(encode).toThrow(message);
  });
});
