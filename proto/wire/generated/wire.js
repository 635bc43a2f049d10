/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

// Exported root namespace
const $root = $protobuf.roots["default"] || ($protobuf.roots["default"] = {});

export const iommufd_emu = $root.iommufd_emu = (() => {

    /**
     * Namespace iommufd_emu.
     * @exports iommufd_emu
     * @namespace
     */
    const iommufd_emu = {};

    iommufd_emu.v1 = (function() {

        /**
         * Namespace v1.
         * @memberof iommufd_emu
         * @namespace
         */
        const v1 = {};

        v1.ClientFrame = (function() {

            /**
             * Properties of a ClientFrame.
             * @typedef {Object} iommufd_emu.v1.ClientFrame.$Properties
             * @property {number|null} [sequence] ClientFrame sequence
             * @property {iommufd_emu.v1.Hello.$Properties|null} [hello] ClientFrame hello
             * @property {iommufd_emu.v1.Open.$Properties|null} [open] ClientFrame open
             * @property {iommufd_emu.v1.Join.$Properties|null} [join] ClientFrame join
             * @property {iommufd_emu.v1.Ioctl.$Properties|null} [ioctl] ClientFrame ioctl
             * @property {iommufd_emu.v1.Batch.$Properties|null} [batch] ClientFrame batch
             * @property {iommufd_emu.v1.Close.$Properties|null} [close] ClientFrame close
             * @property {iommufd_emu.v1.Sync.$Properties|null} [sync] ClientFrame sync
             * @property {iommufd_emu.v1.RegionAdd.$Properties|null} [regionAdd] ClientFrame regionAdd
             * @property {iommufd_emu.v1.RegionRemove.$Properties|null} [regionRemove] ClientFrame regionRemove
             * @property {iommufd_emu.v1.MemoryResult.$Properties|null} [memoryResult] ClientFrame memoryResult
             * @property {iommufd_emu.v1.DeviceBind.$Properties|null} [deviceBind] ClientFrame deviceBind
             * @property {iommufd_emu.v1.DeviceAttach.$Properties|null} [deviceAttach] ClientFrame deviceAttach
             * @property {iommufd_emu.v1.DeviceDetach.$Properties|null} [deviceDetach] ClientFrame deviceDetach
             * @property {iommufd_emu.v1.DeviceDma.$Properties|null} [deviceDma] ClientFrame deviceDma
             * @property {iommufd_emu.v1.DeviceFaults.$Properties|null} [deviceFaults] ClientFrame deviceFaults
             * @property {iommufd_emu.v1.DeviceWalk.$Properties|null} [deviceWalk] ClientFrame deviceWalk
             * @property {iommufd_emu.v1.Status.$Properties|null} [status] ClientFrame status
             * @property {iommufd_emu.v1.Read.$Properties|null} [read] ClientFrame read
             * @property {iommufd_emu.v1.Write.$Properties|null} [write] ClientFrame write
             * @property {iommufd_emu.v1.Map.$Properties|null} [map] ClientFrame map
             * @property {iommufd_emu.v1.Keep.$Properties|null} [keep] ClientFrame keep
             * @property {iommufd_emu.v1.Access.$Properties|null} [access] ClientFrame access
             * @property {iommufd_emu.v1.DeviceAdd.$Properties|null} [deviceAdd] ClientFrame deviceAdd
             * @property {iommufd_emu.v1.DeviceRemove.$Properties|null} [deviceRemove] ClientFrame deviceRemove
             * @property {iommufd_emu.v1.Ring.$Properties|null} [ring] ClientFrame ring
             * @property {iommufd_emu.v1.Doorbell.$Properties|null} [doorbell] ClientFrame doorbell
             * @property {"hello"|"open"|"join"|"ioctl"|"batch"|"close"|"sync"|"regionAdd"|"regionRemove"|"memoryResult"|"deviceBind"|"deviceAttach"|"deviceDetach"|"deviceDma"|"deviceFaults"|"deviceWalk"|"status"|"read"|"write"|"map"|"keep"|"access"|"deviceAdd"|"deviceRemove"|"ring"|"doorbell"} [body] ClientFrame body
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ClientFrame.
             * @memberof iommufd_emu.v1
             * @interface IClientFrame
             * @augments iommufd_emu.v1.ClientFrame.$Properties
             * @deprecated Use iommufd_emu.v1.ClientFrame.$Properties instead.
             */

            /**
             * Narrowed shape of a ClientFrame.
             * @typedef {{
             *   sequence?: number|null;
             *   hello?: iommufd_emu.v1.Hello.$Shape|null;
             *   open?: iommufd_emu.v1.Open.$Shape|null;
             *   join?: iommufd_emu.v1.Join.$Shape|null;
             *   ioctl?: iommufd_emu.v1.Ioctl.$Shape|null;
             *   batch?: iommufd_emu.v1.Batch.$Shape|null;
             *   close?: iommufd_emu.v1.Close.$Shape|null;
             *   sync?: iommufd_emu.v1.Sync.$Shape|null;
             *   regionAdd?: iommufd_emu.v1.RegionAdd.$Shape|null;
             *   regionRemove?: iommufd_emu.v1.RegionRemove.$Shape|null;
             *   memoryResult?: iommufd_emu.v1.MemoryResult.$Shape|null;
             *   deviceBind?: iommufd_emu.v1.DeviceBind.$Shape|null;
             *   deviceAttach?: iommufd_emu.v1.DeviceAttach.$Shape|null;
             *   deviceDetach?: iommufd_emu.v1.DeviceDetach.$Shape|null;
             *   deviceDma?: iommufd_emu.v1.DeviceDma.$Shape|null;
             *   deviceFaults?: iommufd_emu.v1.DeviceFaults.$Shape|null;
             *   deviceWalk?: iommufd_emu.v1.DeviceWalk.$Shape|null;
             *   status?: iommufd_emu.v1.Status.$Shape|null;
             *   read?: iommufd_emu.v1.Read.$Shape|null;
             *   write?: iommufd_emu.v1.Write.$Shape|null;
             *   map?: iommufd_emu.v1.Map.$Shape|null;
             *   keep?: iommufd_emu.v1.Keep.$Shape|null;
             *   access?: iommufd_emu.v1.Access.$Shape|null;
             *   deviceAdd?: iommufd_emu.v1.DeviceAdd.$Shape|null;
             *   deviceRemove?: iommufd_emu.v1.DeviceRemove.$Shape|null;
             *   ring?: iommufd_emu.v1.Ring.$Shape|null;
             *   doorbell?: iommufd_emu.v1.Doorbell.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ body?: undefined; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "hello"; hello: iommufd_emu.v1.Hello.$Shape; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "open"; hello?: null; open: iommufd_emu.v1.Open.$Shape; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "join"; hello?: null; open?: null; join: iommufd_emu.v1.Join.$Shape; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "ioctl"; hello?: null; open?: null; join?: null; ioctl: iommufd_emu.v1.Ioctl.$Shape; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "batch"; hello?: null; open?: null; join?: null; ioctl?: null; batch: iommufd_emu.v1.Batch.$Shape; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "close"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close: iommufd_emu.v1.Close.$Shape; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "sync"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync: iommufd_emu.v1.Sync.$Shape; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "regionAdd"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd: iommufd_emu.v1.RegionAdd.$Shape; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "regionRemove"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove: iommufd_emu.v1.RegionRemove.$Shape; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "memoryResult"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult: iommufd_emu.v1.MemoryResult.$Shape; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "deviceBind"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind: iommufd_emu.v1.DeviceBind.$Shape; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "deviceAttach"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach: iommufd_emu.v1.DeviceAttach.$Shape; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "deviceDetach"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach: iommufd_emu.v1.DeviceDetach.$Shape; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "deviceDma"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma: iommufd_emu.v1.DeviceDma.$Shape; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "deviceFaults"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults: iommufd_emu.v1.DeviceFaults.$Shape; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "deviceWalk"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk: iommufd_emu.v1.DeviceWalk.$Shape; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "status"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status: iommufd_emu.v1.Status.$Shape; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "read"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read: iommufd_emu.v1.Read.$Shape; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "write"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write: iommufd_emu.v1.Write.$Shape; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "map"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map: iommufd_emu.v1.Map.$Shape; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "keep"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep: iommufd_emu.v1.Keep.$Shape; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "access"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access: iommufd_emu.v1.Access.$Shape; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "deviceAdd"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd: iommufd_emu.v1.DeviceAdd.$Shape; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "deviceRemove"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove: iommufd_emu.v1.DeviceRemove.$Shape; ring?: null; doorbell?: null }|{ body?: "ring"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring: iommufd_emu.v1.Ring.$Shape; doorbell?: null }|{ body?: "doorbell"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell: iommufd_emu.v1.Doorbell.$Shape })
             * )} iommufd_emu.v1.ClientFrame.$Shape
             */

            /**
             * Constructs a new ClientFrame.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a ClientFrame.
             * @constructor
             * @param {iommufd_emu.v1.ClientFrame.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ClientFrame = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ClientFrame sequence.
             * @member {number} sequence
             * @memberof iommufd_emu.v1.ClientFrame
             * @instance
             */
            ClientFrame.prototype.sequence = 0;

            /**
             * ClientFrame hello.
             * @member {iommufd_emu.v1.Hello.$Properties|null|undefined} hello
             * @memberof iommufd_emu.v1.ClientFrame
             * @instance
             */
            ClientFrame.prototype.hello = null;

            /**
             * ClientFrame open.
             * @member {iommufd_emu.v1.Open.$Properties|null|undefined} open
             * @memberof iommufd_emu.v1.ClientFrame
             * @instance
             */
            ClientFrame.prototype.open = null;

            /**
             * ClientFrame join.
             * @member {iommufd_emu.v1.Join.$Properties|null|undefined} join
             * @memberof iommufd_emu.v1.ClientFrame
             * @instance
             */
            ClientFrame.prototype.join = null;

            /**
             * ClientFrame ioctl.
             * @member {iommufd_emu.v1.Ioctl.$Properties|null|undefined} ioctl
             * @memberof iommufd_emu.v1.ClientFrame
             * @instance
             */
            ClientFrame.prototype.ioctl = null;

            /**
             * ClientFrame batch.
             * @member {iommufd_emu.v1.Batch.$Properties|null|undefined} batch
             * @memberof iommufd_emu.v1.ClientFrame
             * @instance
             */
            ClientFrame.prototype.batch = null;

            /**
             * ClientFrame close.
             * @member {iommufd_emu.v1.Close.$Properties|null|undefined} close
             * @memberof iommufd_emu.v1.ClientFrame
             * @instance
             */
            ClientFrame.prototype.close = null;

            /**
             * ClientFrame sync.
             * @member {iommufd_emu.v1.Sync.$Properties|null|undefined} sync
             * @memberof iommufd_emu.v1.ClientFrame
             * @instance
             */
            ClientFrame.prototype.sync = null;

            /**
             * ClientFrame regionAdd.
             * @member {iommufd_emu.v1.RegionAdd.$Properties|null|undefined} regionAdd
             * @memberof iommufd_emu.v1.ClientFrame
             * @instance
             */
            ClientFrame.prototype.regionAdd = null;

            /**
             * ClientFrame regionRemove.
             * @member {iommufd_emu.v1.RegionRemove.$Properties|null|undefined} regionRemove
             * @memberof iommufd_emu.v1.ClientFrame
             * @instance
             */
            ClientFrame.prototype.regionRemove = null;

            /**
             * ClientFrame memoryResult.
             * @member {iommufd_emu.v1.MemoryResult.$Properties|null|undefined} memoryResult
             * @memberof iommufd_emu.v1.ClientFrame
             * @instance
             */
            ClientFrame.prototype.memoryResult = null;

            /**
             * ClientFrame deviceBind.
             * @member {iommufd_emu.v1.DeviceBind.$Properties|null|undefined} deviceBind
             * @memberof iommufd_emu.v1.ClientFrame
             * @instance
             */
            ClientFrame.prototype.deviceBind = null;

            /**
             * ClientFrame deviceAttach.
             * @member {iommufd_emu.v1.DeviceAttach.$Properties|null|undefined} deviceAttach
             * @memberof iommufd_emu.v1.ClientFrame
             * @instance
             */
            ClientFrame.prototype.deviceAttach = null;

            /**
             * ClientFrame deviceDetach.
             * @member {iommufd_emu.v1.DeviceDetach.$Properties|null|undefined} deviceDetach
             * @memberof iommufd_emu.v1.ClientFrame
             * @instance
             */
            ClientFrame.prototype.deviceDetach = null;

            /**
             * ClientFrame deviceDma.
             * @member {iommufd_emu.v1.DeviceDma.$Properties|null|undefined} deviceDma
             * @memberof iommufd_emu.v1.ClientFrame
             * @instance
             */
            ClientFrame.prototype.deviceDma = null;

            /**
             * ClientFrame deviceFaults.
             * @member {iommufd_emu.v1.DeviceFaults.$Properties|null|undefined} deviceFaults
             * @memberof iommufd_emu.v1.ClientFrame
             * @instance
             */
            ClientFrame.prototype.deviceFaults = null;

            /**
             * ClientFrame deviceWalk.
             * @member {iommufd_emu.v1.DeviceWalk.$Properties|null|undefined} deviceWalk
             * @memberof iommufd_emu.v1.ClientFrame
             * @instance
             */
            ClientFrame.prototype.deviceWalk = null;

            /**
             * ClientFrame status.
             * @member {iommufd_emu.v1.Status.$Properties|null|undefined} status
             * @memberof iommufd_emu.v1.ClientFrame
             * @instance
             */
            ClientFrame.prototype.status = null;

            /**
             * ClientFrame read.
             * @member {iommufd_emu.v1.Read.$Properties|null|undefined} read
             * @memberof iommufd_emu.v1.ClientFrame
             * @instance
             */
            ClientFrame.prototype.read = null;

            /**
             * ClientFrame write.
             * @member {iommufd_emu.v1.Write.$Properties|null|undefined} write
             * @memberof iommufd_emu.v1.ClientFrame
             * @instance
             */
            ClientFrame.prototype.write = null;

            /**
             * ClientFrame map.
             * @member {iommufd_emu.v1.Map.$Properties|null|undefined} map
             * @memberof iommufd_emu.v1.ClientFrame
             * @instance
             */
            ClientFrame.prototype.map = null;

            /**
             * ClientFrame keep.
             * @member {iommufd_emu.v1.Keep.$Properties|null|undefined} keep
             * @memberof iommufd_emu.v1.ClientFrame
             * @instance
             */
            ClientFrame.prototype.keep = null;

            /**
             * ClientFrame access.
             * @member {iommufd_emu.v1.Access.$Properties|null|undefined} access
             * @memberof iommufd_emu.v1.ClientFrame
             * @instance
             */
            ClientFrame.prototype.access = null;

            /**
             * ClientFrame deviceAdd.
             * @member {iommufd_emu.v1.DeviceAdd.$Properties|null|undefined} deviceAdd
             * @memberof iommufd_emu.v1.ClientFrame
             * @instance
             */
            ClientFrame.prototype.deviceAdd = null;

            /**
             * ClientFrame deviceRemove.
             * @member {iommufd_emu.v1.DeviceRemove.$Properties|null|undefined} deviceRemove
             * @memberof iommufd_emu.v1.ClientFrame
             * @instance
             */
            ClientFrame.prototype.deviceRemove = null;

            /**
             * ClientFrame ring.
             * @member {iommufd_emu.v1.Ring.$Properties|null|undefined} ring
             * @memberof iommufd_emu.v1.ClientFrame
             * @instance
             */
            ClientFrame.prototype.ring = null;

            /**
             * ClientFrame doorbell.
             * @member {iommufd_emu.v1.Doorbell.$Properties|null|undefined} doorbell
             * @memberof iommufd_emu.v1.ClientFrame
             * @instance
             */
            ClientFrame.prototype.doorbell = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * ClientFrame body.
             * @member {"hello"|"open"|"join"|"ioctl"|"batch"|"close"|"sync"|"regionAdd"|"regionRemove"|"memoryResult"|"deviceBind"|"deviceAttach"|"deviceDetach"|"deviceDma"|"deviceFaults"|"deviceWalk"|"status"|"read"|"write"|"map"|"keep"|"access"|"deviceAdd"|"deviceRemove"|"ring"|"doorbell"|undefined} body
             * @memberof iommufd_emu.v1.ClientFrame
             * @instance
             */
            $Object.defineProperty(ClientFrame.prototype, "body", {
                get: $util.oneOfGetter($oneOfFields = ["hello", "open", "join", "ioctl", "batch", "close", "sync", "regionAdd", "regionRemove", "memoryResult", "deviceBind", "deviceAttach", "deviceDetach", "deviceDma", "deviceFaults", "deviceWalk", "status", "read", "write", "map", "keep", "access", "deviceAdd", "deviceRemove", "ring", "doorbell"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Creates a new ClientFrame instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.ClientFrame
             * @static
             * @param {iommufd_emu.v1.ClientFrame.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.ClientFrame} ClientFrame instance
             * @type {{
             *   (properties: iommufd_emu.v1.ClientFrame.$Shape): iommufd_emu.v1.ClientFrame & iommufd_emu.v1.ClientFrame.$Shape;
             *   (properties?: iommufd_emu.v1.ClientFrame.$Properties): iommufd_emu.v1.ClientFrame;
             * }}
             */
            ClientFrame.create = function(properties) {
                return new ClientFrame(properties);
            };

            /**
             * Encodes the specified ClientFrame message. Does not implicitly {@link iommufd_emu.v1.ClientFrame.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.ClientFrame
             * @static
             * @param {iommufd_emu.v1.ClientFrame.$Properties} message ClientFrame message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ClientFrame.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.sequence != null && $Object.hasOwnProperty.call(message, "sequence") && message.sequence !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.sequence);
                if (message.hello != null && $Object.hasOwnProperty.call(message, "hello"))
                    $root.iommufd_emu.v1.Hello.encode(message.hello, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.open != null && $Object.hasOwnProperty.call(message, "open"))
                    $root.iommufd_emu.v1.Open.encode(message.open, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.join != null && $Object.hasOwnProperty.call(message, "join"))
                    $root.iommufd_emu.v1.Join.encode(message.join, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.ioctl != null && $Object.hasOwnProperty.call(message, "ioctl"))
                    $root.iommufd_emu.v1.Ioctl.encode(message.ioctl, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.batch != null && $Object.hasOwnProperty.call(message, "batch"))
                    $root.iommufd_emu.v1.Batch.encode(message.batch, writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
                if (message.close != null && $Object.hasOwnProperty.call(message, "close"))
                    $root.iommufd_emu.v1.Close.encode(message.close, writer.uint32(/* id 7, wireType 2 =*/58).fork(), _depth + 1).ldelim();
                if (message.sync != null && $Object.hasOwnProperty.call(message, "sync"))
                    $root.iommufd_emu.v1.Sync.encode(message.sync, writer.uint32(/* id 8, wireType 2 =*/66).fork(), _depth + 1).ldelim();
                if (message.regionAdd != null && $Object.hasOwnProperty.call(message, "regionAdd"))
                    $root.iommufd_emu.v1.RegionAdd.encode(message.regionAdd, writer.uint32(/* id 9, wireType 2 =*/74).fork(), _depth + 1).ldelim();
                if (message.regionRemove != null && $Object.hasOwnProperty.call(message, "regionRemove"))
                    $root.iommufd_emu.v1.RegionRemove.encode(message.regionRemove, writer.uint32(/* id 10, wireType 2 =*/82).fork(), _depth + 1).ldelim();
                if (message.memoryResult != null && $Object.hasOwnProperty.call(message, "memoryResult"))
                    $root.iommufd_emu.v1.MemoryResult.encode(message.memoryResult, writer.uint32(/* id 11, wireType 2 =*/90).fork(), _depth + 1).ldelim();
                if (message.deviceBind != null && $Object.hasOwnProperty.call(message, "deviceBind"))
                    $root.iommufd_emu.v1.DeviceBind.encode(message.deviceBind, writer.uint32(/* id 12, wireType 2 =*/98).fork(), _depth + 1).ldelim();
                if (message.deviceAttach != null && $Object.hasOwnProperty.call(message, "deviceAttach"))
                    $root.iommufd_emu.v1.DeviceAttach.encode(message.deviceAttach, writer.uint32(/* id 13, wireType 2 =*/106).fork(), _depth + 1).ldelim();
                if (message.deviceDetach != null && $Object.hasOwnProperty.call(message, "deviceDetach"))
                    $root.iommufd_emu.v1.DeviceDetach.encode(message.deviceDetach, writer.uint32(/* id 14, wireType 2 =*/114).fork(), _depth + 1).ldelim();
                if (message.deviceDma != null && $Object.hasOwnProperty.call(message, "deviceDma"))
                    $root.iommufd_emu.v1.DeviceDma.encode(message.deviceDma, writer.uint32(/* id 15, wireType 2 =*/122).fork(), _depth + 1).ldelim();
                if (message.deviceFaults != null && $Object.hasOwnProperty.call(message, "deviceFaults"))
                    $root.iommufd_emu.v1.DeviceFaults.encode(message.deviceFaults, writer.uint32(/* id 16, wireType 2 =*/130).fork(), _depth + 1).ldelim();
                if (message.deviceWalk != null && $Object.hasOwnProperty.call(message, "deviceWalk"))
                    $root.iommufd_emu.v1.DeviceWalk.encode(message.deviceWalk, writer.uint32(/* id 17, wireType 2 =*/138).fork(), _depth + 1).ldelim();
                if (message.status != null && $Object.hasOwnProperty.call(message, "status"))
                    $root.iommufd_emu.v1.Status.encode(message.status, writer.uint32(/* id 18, wireType 2 =*/146).fork(), _depth + 1).ldelim();
                if (message.read != null && $Object.hasOwnProperty.call(message, "read"))
                    $root.iommufd_emu.v1.Read.encode(message.read, writer.uint32(/* id 19, wireType 2 =*/154).fork(), _depth + 1).ldelim();
                if (message.write != null && $Object.hasOwnProperty.call(message, "write"))
                    $root.iommufd_emu.v1.Write.encode(message.write, writer.uint32(/* id 20, wireType 2 =*/162).fork(), _depth + 1).ldelim();
                if (message.map != null && $Object.hasOwnProperty.call(message, "map"))
                    $root.iommufd_emu.v1.Map.encode(message.map, writer.uint32(/* id 21, wireType 2 =*/170).fork(), _depth + 1).ldelim();
                if (message.keep != null && $Object.hasOwnProperty.call(message, "keep"))
                    $root.iommufd_emu.v1.Keep.encode(message.keep, writer.uint32(/* id 22, wireType 2 =*/178).fork(), _depth + 1).ldelim();
                if (message.access != null && $Object.hasOwnProperty.call(message, "access"))
                    $root.iommufd_emu.v1.Access.encode(message.access, writer.uint32(/* id 23, wireType 2 =*/186).fork(), _depth + 1).ldelim();
                if (message.deviceAdd != null && $Object.hasOwnProperty.call(message, "deviceAdd"))
                    $root.iommufd_emu.v1.DeviceAdd.encode(message.deviceAdd, writer.uint32(/* id 24, wireType 2 =*/194).fork(), _depth + 1).ldelim();
                if (message.deviceRemove != null && $Object.hasOwnProperty.call(message, "deviceRemove"))
                    $root.iommufd_emu.v1.DeviceRemove.encode(message.deviceRemove, writer.uint32(/* id 25, wireType 2 =*/202).fork(), _depth + 1).ldelim();
                if (message.ring != null && $Object.hasOwnProperty.call(message, "ring"))
                    $root.iommufd_emu.v1.Ring.encode(message.ring, writer.uint32(/* id 26, wireType 2 =*/210).fork(), _depth + 1).ldelim();
                if (message.doorbell != null && $Object.hasOwnProperty.call(message, "doorbell"))
                    $root.iommufd_emu.v1.Doorbell.encode(message.doorbell, writer.uint32(/* id 27, wireType 2 =*/218).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ClientFrame message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.ClientFrame
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.ClientFrame & iommufd_emu.v1.ClientFrame.$Shape} ClientFrame
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ClientFrame.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.ClientFrame();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.sequence = value;
                            else
                                delete message.sequence;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.hello = $root.iommufd_emu.v1.Hello.decode(reader, reader.size(), $undefined, _depth + 1, message.hello);
                            message.body = "hello";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.open = $root.iommufd_emu.v1.Open.decode(reader, reader.size(), $undefined, _depth + 1, message.open);
                            message.body = "open";
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.join = $root.iommufd_emu.v1.Join.decode(reader, reader.size(), $undefined, _depth + 1, message.join);
                            message.body = "join";
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.ioctl = $root.iommufd_emu.v1.Ioctl.decode(reader, reader.size(), $undefined, _depth + 1, message.ioctl);
                            message.body = "ioctl";
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            message.batch = $root.iommufd_emu.v1.Batch.decode(reader, reader.size(), $undefined, _depth + 1, message.batch);
                            message.body = "batch";
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            message.close = $root.iommufd_emu.v1.Close.decode(reader, reader.size(), $undefined, _depth + 1, message.close);
                            message.body = "close";
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            message.sync = $root.iommufd_emu.v1.Sync.decode(reader, reader.size(), $undefined, _depth + 1, message.sync);
                            message.body = "sync";
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            message.regionAdd = $root.iommufd_emu.v1.RegionAdd.decode(reader, reader.size(), $undefined, _depth + 1, message.regionAdd);
                            message.body = "regionAdd";
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.regionRemove = $root.iommufd_emu.v1.RegionRemove.decode(reader, reader.size(), $undefined, _depth + 1, message.regionRemove);
                            message.body = "regionRemove";
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            message.memoryResult = $root.iommufd_emu.v1.MemoryResult.decode(reader, reader.size(), $undefined, _depth + 1, message.memoryResult);
                            message.body = "memoryResult";
                            continue;
                        }
                    case 12: {
                            if (wireType !== 2)
                                break;
                            message.deviceBind = $root.iommufd_emu.v1.DeviceBind.decode(reader, reader.size(), $undefined, _depth + 1, message.deviceBind);
                            message.body = "deviceBind";
                            continue;
                        }
                    case 13: {
                            if (wireType !== 2)
                                break;
                            message.deviceAttach = $root.iommufd_emu.v1.DeviceAttach.decode(reader, reader.size(), $undefined, _depth + 1, message.deviceAttach);
                            message.body = "deviceAttach";
                            continue;
                        }
                    case 14: {
                            if (wireType !== 2)
                                break;
                            message.deviceDetach = $root.iommufd_emu.v1.DeviceDetach.decode(reader, reader.size(), $undefined, _depth + 1, message.deviceDetach);
                            message.body = "deviceDetach";
                            continue;
                        }
                    case 15: {
                            if (wireType !== 2)
                                break;
                            message.deviceDma = $root.iommufd_emu.v1.DeviceDma.decode(reader, reader.size(), $undefined, _depth + 1, message.deviceDma);
                            message.body = "deviceDma";
                            continue;
                        }
                    case 16: {
                            if (wireType !== 2)
                                break;
                            message.deviceFaults = $root.iommufd_emu.v1.DeviceFaults.decode(reader, reader.size(), $undefined, _depth + 1, message.deviceFaults);
                            message.body = "deviceFaults";
                            continue;
                        }
                    case 17: {
                            if (wireType !== 2)
                                break;
                            message.deviceWalk = $root.iommufd_emu.v1.DeviceWalk.decode(reader, reader.size(), $undefined, _depth + 1, message.deviceWalk);
                            message.body = "deviceWalk";
                            continue;
                        }
                    case 18: {
                            if (wireType !== 2)
                                break;
                            message.status = $root.iommufd_emu.v1.Status.decode(reader, reader.size(), $undefined, _depth + 1, message.status);
                            message.body = "status";
                            continue;
                        }
                    case 19: {
                            if (wireType !== 2)
                                break;
                            message.read = $root.iommufd_emu.v1.Read.decode(reader, reader.size(), $undefined, _depth + 1, message.read);
                            message.body = "read";
                            continue;
                        }
                    case 20: {
                            if (wireType !== 2)
                                break;
                            message.write = $root.iommufd_emu.v1.Write.decode(reader, reader.size(), $undefined, _depth + 1, message.write);
                            message.body = "write";
                            continue;
                        }
                    case 21: {
                            if (wireType !== 2)
                                break;
                            message.map = $root.iommufd_emu.v1.Map.decode(reader, reader.size(), $undefined, _depth + 1, message.map);
                            message.body = "map";
                            continue;
                        }
                    case 22: {
                            if (wireType !== 2)
                                break;
                            message.keep = $root.iommufd_emu.v1.Keep.decode(reader, reader.size(), $undefined, _depth + 1, message.keep);
                            message.body = "keep";
                            continue;
                        }
                    case 23: {
                            if (wireType !== 2)
                                break;
                            message.access = $root.iommufd_emu.v1.Access.decode(reader, reader.size(), $undefined, _depth + 1, message.access);
                            message.body = "access";
                            continue;
                        }
                    case 24: {
                            if (wireType !== 2)
                                break;
                            message.deviceAdd = $root.iommufd_emu.v1.DeviceAdd.decode(reader, reader.size(), $undefined, _depth + 1, message.deviceAdd);
                            message.body = "deviceAdd";
                            continue;
                        }
                    case 25: {
                            if (wireType !== 2)
                                break;
                            message.deviceRemove = $root.iommufd_emu.v1.DeviceRemove.decode(reader, reader.size(), $undefined, _depth + 1, message.deviceRemove);
                            message.body = "deviceRemove";
                            continue;
                        }
                    case 26: {
                            if (wireType !== 2)
                                break;
                            message.ring = $root.iommufd_emu.v1.Ring.decode(reader, reader.size(), $undefined, _depth + 1, message.ring);
                            message.body = "ring";
                            continue;
                        }
                    case 27: {
                            if (wireType !== 2)
                                break;
                            message.doorbell = $root.iommufd_emu.v1.Doorbell.decode(reader, reader.size(), $undefined, _depth + 1, message.doorbell);
                            message.body = "doorbell";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ClientFrame;
        })();

        v1.ServerFrame = (function() {

            /**
             * Properties of a ServerFrame.
             * @typedef {Object} iommufd_emu.v1.ServerFrame.$Properties
             * @property {number|null} [sequence] ServerFrame sequence
             * @property {iommufd_emu.v1.Error.$Properties|null} [error] ServerFrame error
             * @property {iommufd_emu.v1.HelloReply.$Properties|null} [hello] ServerFrame hello
             * @property {iommufd_emu.v1.OpenReply.$Properties|null} [open] ServerFrame open
             * @property {iommufd_emu.v1.JoinReply.$Properties|null} [join] ServerFrame join
             * @property {iommufd_emu.v1.IoctlReply.$Properties|null} [ioctl] ServerFrame ioctl
             * @property {iommufd_emu.v1.BatchReply.$Properties|null} [batch] ServerFrame batch
             * @property {iommufd_emu.v1.CloseReply.$Properties|null} [close] ServerFrame close
             * @property {iommufd_emu.v1.SyncReply.$Properties|null} [sync] ServerFrame sync
             * @property {iommufd_emu.v1.Result.$Properties|null} [result] ServerFrame result
             * @property {iommufd_emu.v1.MemoryRequest.$Properties|null} [memoryRequest] ServerFrame memoryRequest
             * @property {iommufd_emu.v1.DmaReply.$Properties|null} [dma] ServerFrame dma
             * @property {iommufd_emu.v1.FaultsReply.$Properties|null} [faults] ServerFrame faults
             * @property {iommufd_emu.v1.WalkReply.$Properties|null} [walk] ServerFrame walk
             * @property {iommufd_emu.v1.StatusReply.$Properties|null} [status] ServerFrame status
             * @property {iommufd_emu.v1.FileReply.$Properties|null} [file] ServerFrame file
             * @property {iommufd_emu.v1.Readable.$Properties|null} [readable] ServerFrame readable
             * @property {iommufd_emu.v1.MapReply.$Properties|null} [map] ServerFrame map
             * @property {iommufd_emu.v1.AccessReply.$Properties|null} [access] ServerFrame access
             * @property {iommufd_emu.v1.RingReply.$Properties|null} [ring] ServerFrame ring
             * @property {iommufd_emu.v1.Doorbell.$Properties|null} [doorbell] ServerFrame doorbell
             * @property {"error"|"hello"|"open"|"join"|"ioctl"|"batch"|"close"|"sync"|"result"|"memoryRequest"|"dma"|"faults"|"walk"|"status"|"file"|"readable"|"map"|"access"|"ring"|"doorbell"} [body] ServerFrame body
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ServerFrame.
             * @memberof iommufd_emu.v1
             * @interface IServerFrame
             * @augments iommufd_emu.v1.ServerFrame.$Properties
             * @deprecated Use iommufd_emu.v1.ServerFrame.$Properties instead.
             */

            /**
             * Narrowed shape of a ServerFrame.
             * @typedef {{
             *   sequence?: number|null;
             *   error?: iommufd_emu.v1.Error.$Shape|null;
             *   hello?: iommufd_emu.v1.HelloReply.$Shape|null;
             *   open?: iommufd_emu.v1.OpenReply.$Shape|null;
             *   join?: iommufd_emu.v1.JoinReply.$Shape|null;
             *   ioctl?: iommufd_emu.v1.IoctlReply.$Shape|null;
             *   batch?: iommufd_emu.v1.BatchReply.$Shape|null;
             *   close?: iommufd_emu.v1.CloseReply.$Shape|null;
             *   sync?: iommufd_emu.v1.SyncReply.$Shape|null;
             *   result?: iommufd_emu.v1.Result.$Shape|null;
             *   memoryRequest?: iommufd_emu.v1.MemoryRequest.$Shape|null;
             *   dma?: iommufd_emu.v1.DmaReply.$Shape|null;
             *   faults?: iommufd_emu.v1.FaultsReply.$Shape|null;
             *   walk?: iommufd_emu.v1.WalkReply.$Shape|null;
             *   status?: iommufd_emu.v1.StatusReply.$Shape|null;
             *   file?: iommufd_emu.v1.FileReply.$Shape|null;
             *   readable?: iommufd_emu.v1.Readable.$Shape|null;
             *   map?: iommufd_emu.v1.MapReply.$Shape|null;
             *   access?: iommufd_emu.v1.AccessReply.$Shape|null;
             *   ring?: iommufd_emu.v1.RingReply.$Shape|null;
             *   doorbell?: iommufd_emu.v1.Doorbell.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ body?: undefined; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "error"; error: iommufd_emu.v1.Error.$Shape; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "hello"; error?: null; hello: iommufd_emu.v1.HelloReply.$Shape; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "open"; error?: null; hello?: null; open: iommufd_emu.v1.OpenReply.$Shape; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "join"; error?: null; hello?: null; open?: null; join: iommufd_emu.v1.JoinReply.$Shape; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "ioctl"; error?: null; hello?: null; open?: null; join?: null; ioctl: iommufd_emu.v1.IoctlReply.$Shape; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "batch"; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch: iommufd_emu.v1.BatchReply.$Shape; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "close"; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close: iommufd_emu.v1.CloseReply.$Shape; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "sync"; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync: iommufd_emu.v1.SyncReply.$Shape; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "result"; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result: iommufd_emu.v1.Result.$Shape; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "memoryRequest"; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest: iommufd_emu.v1.MemoryRequest.$Shape; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "dma"; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma: iommufd_emu.v1.DmaReply.$Shape; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "faults"; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults: iommufd_emu.v1.FaultsReply.$Shape; walk?: null; status?: null; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "walk"; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk: iommufd_emu.v1.WalkReply.$Shape; status?: null; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "status"; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status: iommufd_emu.v1.StatusReply.$Shape; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "file"; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file: iommufd_emu.v1.FileReply.$Shape; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "readable"; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable: iommufd_emu.v1.Readable.$Shape; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "map"; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map: iommufd_emu.v1.MapReply.$Shape; access?: null; ring?: null; doorbell?: null }|{ body?: "access"; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map?: null; access: iommufd_emu.v1.AccessReply.$Shape; ring?: null; doorbell?: null }|{ body?: "ring"; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map?: null; access?: null; ring: iommufd_emu.v1.RingReply.$Shape; doorbell?: null }|{ body?: "doorbell"; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell: iommufd_emu.v1.Doorbell.$Shape })
             * )} iommufd_emu.v1.ServerFrame.$Shape
             */

            /**
             * Constructs a new ServerFrame.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a ServerFrame.
             * @constructor
             * @param {iommufd_emu.v1.ServerFrame.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ServerFrame = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ServerFrame sequence.
             * @member {number} sequence
             * @memberof iommufd_emu.v1.ServerFrame
             * @instance
             */
            ServerFrame.prototype.sequence = 0;

            /**
             * ServerFrame error.
             * @member {iommufd_emu.v1.Error.$Properties|null|undefined} error
             * @memberof iommufd_emu.v1.ServerFrame
             * @instance
             */
            ServerFrame.prototype.error = null;

            /**
             * ServerFrame hello.
             * @member {iommufd_emu.v1.HelloReply.$Properties|null|undefined} hello
             * @memberof iommufd_emu.v1.ServerFrame
             * @instance
             */
            ServerFrame.prototype.hello = null;

            /**
             * ServerFrame open.
             * @member {iommufd_emu.v1.OpenReply.$Properties|null|undefined} open
             * @memberof iommufd_emu.v1.ServerFrame
             * @instance
             */
            ServerFrame.prototype.open = null;

            /**
             * ServerFrame join.
             * @member {iommufd_emu.v1.JoinReply.$Properties|null|undefined} join
             * @memberof iommufd_emu.v1.ServerFrame
             * @instance
             */
            ServerFrame.prototype.join = null;

            /**
             * ServerFrame ioctl.
             * @member {iommufd_emu.v1.IoctlReply.$Properties|null|undefined} ioctl
             * @memberof iommufd_emu.v1.ServerFrame
             * @instance
             */
            ServerFrame.prototype.ioctl = null;

            /**
             * ServerFrame batch.
             * @member {iommufd_emu.v1.BatchReply.$Properties|null|undefined} batch
             * @memberof iommufd_emu.v1.ServerFrame
             * @instance
             */
            ServerFrame.prototype.batch = null;

            /**
             * ServerFrame close.
             * @member {iommufd_emu.v1.CloseReply.$Properties|null|undefined} close
             * @memberof iommufd_emu.v1.ServerFrame
             * @instance
             */
            ServerFrame.prototype.close = null;

            /**
             * ServerFrame sync.
             * @member {iommufd_emu.v1.SyncReply.$Properties|null|undefined} sync
             * @memberof iommufd_emu.v1.ServerFrame
             * @instance
             */
            ServerFrame.prototype.sync = null;

            /**
             * ServerFrame result.
             * @member {iommufd_emu.v1.Result.$Properties|null|undefined} result
             * @memberof iommufd_emu.v1.ServerFrame
             * @instance
             */
            ServerFrame.prototype.result = null;

            /**
             * ServerFrame memoryRequest.
             * @member {iommufd_emu.v1.MemoryRequest.$Properties|null|undefined} memoryRequest
             * @memberof iommufd_emu.v1.ServerFrame
             * @instance
             */
            ServerFrame.prototype.memoryRequest = null;

            /**
             * ServerFrame dma.
             * @member {iommufd_emu.v1.DmaReply.$Properties|null|undefined} dma
             * @memberof iommufd_emu.v1.ServerFrame
             * @instance
             */
            ServerFrame.prototype.dma = null;

            /**
             * ServerFrame faults.
             * @member {iommufd_emu.v1.FaultsReply.$Properties|null|undefined} faults
             * @memberof iommufd_emu.v1.ServerFrame
             * @instance
             */
            ServerFrame.prototype.faults = null;

            /**
             * ServerFrame walk.
             * @member {iommufd_emu.v1.WalkReply.$Properties|null|undefined} walk
             * @memberof iommufd_emu.v1.ServerFrame
             * @instance
             */
            ServerFrame.prototype.walk = null;

            /**
             * ServerFrame status.
             * @member {iommufd_emu.v1.StatusReply.$Properties|null|undefined} status
             * @memberof iommufd_emu.v1.ServerFrame
             * @instance
             */
            ServerFrame.prototype.status = null;

            /**
             * ServerFrame file.
             * @member {iommufd_emu.v1.FileReply.$Properties|null|undefined} file
             * @memberof iommufd_emu.v1.ServerFrame
             * @instance
             */
            ServerFrame.prototype.file = null;

            /**
             * ServerFrame readable.
             * @member {iommufd_emu.v1.Readable.$Properties|null|undefined} readable
             * @memberof iommufd_emu.v1.ServerFrame
             * @instance
             */
            ServerFrame.prototype.readable = null;

            /**
             * ServerFrame map.
             * @member {iommufd_emu.v1.MapReply.$Properties|null|undefined} map
             * @memberof iommufd_emu.v1.ServerFrame
             * @instance
             */
            ServerFrame.prototype.map = null;

            /**
             * ServerFrame access.
             * @member {iommufd_emu.v1.AccessReply.$Properties|null|undefined} access
             * @memberof iommufd_emu.v1.ServerFrame
             * @instance
             */
            ServerFrame.prototype.access = null;

            /**
             * ServerFrame ring.
             * @member {iommufd_emu.v1.RingReply.$Properties|null|undefined} ring
             * @memberof iommufd_emu.v1.ServerFrame
             * @instance
             */
            ServerFrame.prototype.ring = null;

            /**
             * ServerFrame doorbell.
             * @member {iommufd_emu.v1.Doorbell.$Properties|null|undefined} doorbell
             * @memberof iommufd_emu.v1.ServerFrame
             * @instance
             */
            ServerFrame.prototype.doorbell = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * ServerFrame body.
             * @member {"error"|"hello"|"open"|"join"|"ioctl"|"batch"|"close"|"sync"|"result"|"memoryRequest"|"dma"|"faults"|"walk"|"status"|"file"|"readable"|"map"|"access"|"ring"|"doorbell"|undefined} body
             * @memberof iommufd_emu.v1.ServerFrame
             * @instance
             */
            $Object.defineProperty(ServerFrame.prototype, "body", {
                get: $util.oneOfGetter($oneOfFields = ["error", "hello", "open", "join", "ioctl", "batch", "close", "sync", "result", "memoryRequest", "dma", "faults", "walk", "status", "file", "readable", "map", "access", "ring", "doorbell"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Creates a new ServerFrame instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.ServerFrame
             * @static
             * @param {iommufd_emu.v1.ServerFrame.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.ServerFrame} ServerFrame instance
             * @type {{
             *   (properties: iommufd_emu.v1.ServerFrame.$Shape): iommufd_emu.v1.ServerFrame & iommufd_emu.v1.ServerFrame.$Shape;
             *   (properties?: iommufd_emu.v1.ServerFrame.$Properties): iommufd_emu.v1.ServerFrame;
             * }}
             */
            ServerFrame.create = function(properties) {
                return new ServerFrame(properties);
            };

            /**
             * Encodes the specified ServerFrame message. Does not implicitly {@link iommufd_emu.v1.ServerFrame.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.ServerFrame
             * @static
             * @param {iommufd_emu.v1.ServerFrame.$Properties} message ServerFrame message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ServerFrame.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.sequence != null && $Object.hasOwnProperty.call(message, "sequence") && message.sequence !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.sequence);
                if (message.error != null && $Object.hasOwnProperty.call(message, "error"))
                    $root.iommufd_emu.v1.Error.encode(message.error, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.hello != null && $Object.hasOwnProperty.call(message, "hello"))
                    $root.iommufd_emu.v1.HelloReply.encode(message.hello, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.open != null && $Object.hasOwnProperty.call(message, "open"))
                    $root.iommufd_emu.v1.OpenReply.encode(message.open, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.join != null && $Object.hasOwnProperty.call(message, "join"))
                    $root.iommufd_emu.v1.JoinReply.encode(message.join, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.ioctl != null && $Object.hasOwnProperty.call(message, "ioctl"))
                    $root.iommufd_emu.v1.IoctlReply.encode(message.ioctl, writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
                if (message.batch != null && $Object.hasOwnProperty.call(message, "batch"))
                    $root.iommufd_emu.v1.BatchReply.encode(message.batch, writer.uint32(/* id 7, wireType 2 =*/58).fork(), _depth + 1).ldelim();
                if (message.close != null && $Object.hasOwnProperty.call(message, "close"))
                    $root.iommufd_emu.v1.CloseReply.encode(message.close, writer.uint32(/* id 8, wireType 2 =*/66).fork(), _depth + 1).ldelim();
                if (message.sync != null && $Object.hasOwnProperty.call(message, "sync"))
                    $root.iommufd_emu.v1.SyncReply.encode(message.sync, writer.uint32(/* id 9, wireType 2 =*/74).fork(), _depth + 1).ldelim();
                if (message.result != null && $Object.hasOwnProperty.call(message, "result"))
                    $root.iommufd_emu.v1.Result.encode(message.result, writer.uint32(/* id 10, wireType 2 =*/82).fork(), _depth + 1).ldelim();
                if (message.memoryRequest != null && $Object.hasOwnProperty.call(message, "memoryRequest"))
                    $root.iommufd_emu.v1.MemoryRequest.encode(message.memoryRequest, writer.uint32(/* id 11, wireType 2 =*/90).fork(), _depth + 1).ldelim();
                if (message.dma != null && $Object.hasOwnProperty.call(message, "dma"))
                    $root.iommufd_emu.v1.DmaReply.encode(message.dma, writer.uint32(/* id 12, wireType 2 =*/98).fork(), _depth + 1).ldelim();
                if (message.faults != null && $Object.hasOwnProperty.call(message, "faults"))
                    $root.iommufd_emu.v1.FaultsReply.encode(message.faults, writer.uint32(/* id 13, wireType 2 =*/106).fork(), _depth + 1).ldelim();
                if (message.walk != null && $Object.hasOwnProperty.call(message, "walk"))
                    $root.iommufd_emu.v1.WalkReply.encode(message.walk, writer.uint32(/* id 14, wireType 2 =*/114).fork(), _depth + 1).ldelim();
                if (message.status != null && $Object.hasOwnProperty.call(message, "status"))
                    $root.iommufd_emu.v1.StatusReply.encode(message.status, writer.uint32(/* id 15, wireType 2 =*/122).fork(), _depth + 1).ldelim();
                if (message.file != null && $Object.hasOwnProperty.call(message, "file"))
                    $root.iommufd_emu.v1.FileReply.encode(message.file, writer.uint32(/* id 16, wireType 2 =*/130).fork(), _depth + 1).ldelim();
                if (message.readable != null && $Object.hasOwnProperty.call(message, "readable"))
                    $root.iommufd_emu.v1.Readable.encode(message.readable, writer.uint32(/* id 17, wireType 2 =*/138).fork(), _depth + 1).ldelim();
                if (message.map != null && $Object.hasOwnProperty.call(message, "map"))
                    $root.iommufd_emu.v1.MapReply.encode(message.map, writer.uint32(/* id 18, wireType 2 =*/146).fork(), _depth + 1).ldelim();
                if (message.access != null && $Object.hasOwnProperty.call(message, "access"))
                    $root.iommufd_emu.v1.AccessReply.encode(message.access, writer.uint32(/* id 19, wireType 2 =*/154).fork(), _depth + 1).ldelim();
                if (message.ring != null && $Object.hasOwnProperty.call(message, "ring"))
                    $root.iommufd_emu.v1.RingReply.encode(message.ring, writer.uint32(/* id 20, wireType 2 =*/162).fork(), _depth + 1).ldelim();
                if (message.doorbell != null && $Object.hasOwnProperty.call(message, "doorbell"))
                    $root.iommufd_emu.v1.Doorbell.encode(message.doorbell, writer.uint32(/* id 21, wireType 2 =*/170).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ServerFrame message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.ServerFrame
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.ServerFrame & iommufd_emu.v1.ServerFrame.$Shape} ServerFrame
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ServerFrame.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.ServerFrame();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.sequence = value;
                            else
                                delete message.sequence;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.error = $root.iommufd_emu.v1.Error.decode(reader, reader.size(), $undefined, _depth + 1, message.error);
                            message.body = "error";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.hello = $root.iommufd_emu.v1.HelloReply.decode(reader, reader.size(), $undefined, _depth + 1, message.hello);
                            message.body = "hello";
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.open = $root.iommufd_emu.v1.OpenReply.decode(reader, reader.size(), $undefined, _depth + 1, message.open);
                            message.body = "open";
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.join = $root.iommufd_emu.v1.JoinReply.decode(reader, reader.size(), $undefined, _depth + 1, message.join);
                            message.body = "join";
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            message.ioctl = $root.iommufd_emu.v1.IoctlReply.decode(reader, reader.size(), $undefined, _depth + 1, message.ioctl);
                            message.body = "ioctl";
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            message.batch = $root.iommufd_emu.v1.BatchReply.decode(reader, reader.size(), $undefined, _depth + 1, message.batch);
                            message.body = "batch";
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            message.close = $root.iommufd_emu.v1.CloseReply.decode(reader, reader.size(), $undefined, _depth + 1, message.close);
                            message.body = "close";
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            message.sync = $root.iommufd_emu.v1.SyncReply.decode(reader, reader.size(), $undefined, _depth + 1, message.sync);
                            message.body = "sync";
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.result = $root.iommufd_emu.v1.Result.decode(reader, reader.size(), $undefined, _depth + 1, message.result);
                            message.body = "result";
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            message.memoryRequest = $root.iommufd_emu.v1.MemoryRequest.decode(reader, reader.size(), $undefined, _depth + 1, message.memoryRequest);
                            message.body = "memoryRequest";
                            continue;
                        }
                    case 12: {
                            if (wireType !== 2)
                                break;
                            message.dma = $root.iommufd_emu.v1.DmaReply.decode(reader, reader.size(), $undefined, _depth + 1, message.dma);
                            message.body = "dma";
                            continue;
                        }
                    case 13: {
                            if (wireType !== 2)
                                break;
                            message.faults = $root.iommufd_emu.v1.FaultsReply.decode(reader, reader.size(), $undefined, _depth + 1, message.faults);
                            message.body = "faults";
                            continue;
                        }
                    case 14: {
                            if (wireType !== 2)
                                break;
                            message.walk = $root.iommufd_emu.v1.WalkReply.decode(reader, reader.size(), $undefined, _depth + 1, message.walk);
                            message.body = "walk";
                            continue;
                        }
                    case 15: {
                            if (wireType !== 2)
                                break;
                            message.status = $root.iommufd_emu.v1.StatusReply.decode(reader, reader.size(), $undefined, _depth + 1, message.status);
                            message.body = "status";
                            continue;
                        }
                    case 16: {
                            if (wireType !== 2)
                                break;
                            message.file = $root.iommufd_emu.v1.FileReply.decode(reader, reader.size(), $undefined, _depth + 1, message.file);
                            message.body = "file";
                            continue;
                        }
                    case 17: {
                            if (wireType !== 2)
                                break;
                            message.readable = $root.iommufd_emu.v1.Readable.decode(reader, reader.size(), $undefined, _depth + 1, message.readable);
                            message.body = "readable";
                            continue;
                        }
                    case 18: {
                            if (wireType !== 2)
                                break;
                            message.map = $root.iommufd_emu.v1.MapReply.decode(reader, reader.size(), $undefined, _depth + 1, message.map);
                            message.body = "map";
                            continue;
                        }
                    case 19: {
                            if (wireType !== 2)
                                break;
                            message.access = $root.iommufd_emu.v1.AccessReply.decode(reader, reader.size(), $undefined, _depth + 1, message.access);
                            message.body = "access";
                            continue;
                        }
                    case 20: {
                            if (wireType !== 2)
                                break;
                            message.ring = $root.iommufd_emu.v1.RingReply.decode(reader, reader.size(), $undefined, _depth + 1, message.ring);
                            message.body = "ring";
                            continue;
                        }
                    case 21: {
                            if (wireType !== 2)
                                break;
                            message.doorbell = $root.iommufd_emu.v1.Doorbell.decode(reader, reader.size(), $undefined, _depth + 1, message.doorbell);
                            message.body = "doorbell";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ServerFrame;
        })();

        v1.Error = (function() {

            /**
             * Properties of an Error.
             * @typedef {Object} iommufd_emu.v1.Error.$Properties
             * @property {string|null} [code] Error code
             * @property {string|null} [message] Error message
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Error.
             * @memberof iommufd_emu.v1
             * @interface IError
             * @augments iommufd_emu.v1.Error.$Properties
             * @deprecated Use iommufd_emu.v1.Error.$Properties instead.
             */

            /**
             * Shape of an Error.
             * @typedef {iommufd_emu.v1.Error.$Properties} iommufd_emu.v1.Error.$Shape
             */

            /**
             * Constructs a new Error.
             * @memberof iommufd_emu.v1
             * @classdesc Represents an Error.
             * @constructor
             * @param {iommufd_emu.v1.Error.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Error = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Error code.
             * @member {string} code
             * @memberof iommufd_emu.v1.Error
             * @instance
             */
            Error.prototype.code = "";

            /**
             * Error message.
             * @member {string} message
             * @memberof iommufd_emu.v1.Error
             * @instance
             */
            Error.prototype.message = "";

            /**
             * Creates a new Error instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.Error
             * @static
             * @param {iommufd_emu.v1.Error.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.Error} Error instance
             * @type {{
             *   (properties: iommufd_emu.v1.Error.$Shape): iommufd_emu.v1.Error & iommufd_emu.v1.Error.$Shape;
             *   (properties?: iommufd_emu.v1.Error.$Properties): iommufd_emu.v1.Error;
             * }}
             */
            Error.create = function(properties) {
                return new Error(properties);
            };

            /**
             * Encodes the specified Error message. Does not implicitly {@link iommufd_emu.v1.Error.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.Error
             * @static
             * @param {iommufd_emu.v1.Error.$Properties} message Error message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Error.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.code != null && $Object.hasOwnProperty.call(message, "code") && message.code !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.code);
                if (message.message != null && $Object.hasOwnProperty.call(message, "message") && message.message !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.message);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Error message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.Error
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Error & iommufd_emu.v1.Error.$Shape} Error
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Error.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.Error();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.code = value;
                            else
                                delete message.code;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.message = value;
                            else
                                delete message.message;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Error;
        })();

        v1.Hello = (function() {

            /**
             * Properties of a Hello.
             * @typedef {Object} iommufd_emu.v1.Hello.$Properties
             * @property {number|null} [version] Hello version
             * @property {Array.<string>|null} [required] Hello required
             * @property {string|null} [client] Hello client
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Hello.
             * @memberof iommufd_emu.v1
             * @interface IHello
             * @augments iommufd_emu.v1.Hello.$Properties
             * @deprecated Use iommufd_emu.v1.Hello.$Properties instead.
             */

            /**
             * Shape of a Hello.
             * @typedef {iommufd_emu.v1.Hello.$Properties} iommufd_emu.v1.Hello.$Shape
             */

            /**
             * Constructs a new Hello.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a Hello.
             * @constructor
             * @param {iommufd_emu.v1.Hello.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Hello = function (properties) {
                this.required = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Hello version.
             * @member {number} version
             * @memberof iommufd_emu.v1.Hello
             * @instance
             */
            Hello.prototype.version = 0;

            /**
             * Hello required.
             * @member {Array.<string>} required
             * @memberof iommufd_emu.v1.Hello
             * @instance
             */
            Hello.prototype.required = $util.emptyArray;

            /**
             * Hello client.
             * @member {string} client
             * @memberof iommufd_emu.v1.Hello
             * @instance
             */
            Hello.prototype.client = "";

            /**
             * Creates a new Hello instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.Hello
             * @static
             * @param {iommufd_emu.v1.Hello.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.Hello} Hello instance
             * @type {{
             *   (properties: iommufd_emu.v1.Hello.$Shape): iommufd_emu.v1.Hello & iommufd_emu.v1.Hello.$Shape;
             *   (properties?: iommufd_emu.v1.Hello.$Properties): iommufd_emu.v1.Hello;
             * }}
             */
            Hello.create = function(properties) {
                return new Hello(properties);
            };

            /**
             * Encodes the specified Hello message. Does not implicitly {@link iommufd_emu.v1.Hello.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.Hello
             * @static
             * @param {iommufd_emu.v1.Hello.$Properties} message Hello message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Hello.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.version != null && $Object.hasOwnProperty.call(message, "version") && message.version !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.version);
                if (message.required != null && message.required.length)
                    for (let i = 0; i < message.required.length; ++i)
                        writer.uint32(/* id 2, wireType 2 =*/18).string(message.required[i]);
                if (message.client != null && $Object.hasOwnProperty.call(message, "client") && message.client !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.client);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Hello message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.Hello
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Hello & iommufd_emu.v1.Hello.$Shape} Hello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Hello.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.Hello();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.version = value;
                            else
                                delete message.version;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.required && message.required.length))
                                message.required = [];
                            message.required.push(reader.stringVerify());
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.client = value;
                            else
                                delete message.client;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Hello;
        })();

        v1.HelloReply = (function() {

            /**
             * Properties of a HelloReply.
             * @typedef {Object} iommufd_emu.v1.HelloReply.$Properties
             * @property {number|null} [version] HelloReply version
             * @property {Array.<string>|null} [features] HelloReply features
             * @property {iommufd_emu.v1.Limits.$Properties|null} [limits] HelloReply limits
             * @property {string|null} [daemon] HelloReply daemon
             * @property {boolean|null} [peerKnown] HelloReply peerKnown
             * @property {boolean|null} [processMemory] HelloReply processMemory
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a HelloReply.
             * @memberof iommufd_emu.v1
             * @interface IHelloReply
             * @augments iommufd_emu.v1.HelloReply.$Properties
             * @deprecated Use iommufd_emu.v1.HelloReply.$Properties instead.
             */

            /**
             * Shape of a HelloReply.
             * @typedef {iommufd_emu.v1.HelloReply.$Properties} iommufd_emu.v1.HelloReply.$Shape
             */

            /**
             * Constructs a new HelloReply.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a HelloReply.
             * @constructor
             * @param {iommufd_emu.v1.HelloReply.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const HelloReply = function (properties) {
                this.features = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * HelloReply version.
             * @member {number} version
             * @memberof iommufd_emu.v1.HelloReply
             * @instance
             */
            HelloReply.prototype.version = 0;

            /**
             * HelloReply features.
             * @member {Array.<string>} features
             * @memberof iommufd_emu.v1.HelloReply
             * @instance
             */
            HelloReply.prototype.features = $util.emptyArray;

            /**
             * HelloReply limits.
             * @member {iommufd_emu.v1.Limits.$Properties|null|undefined} limits
             * @memberof iommufd_emu.v1.HelloReply
             * @instance
             */
            HelloReply.prototype.limits = null;

            /**
             * HelloReply daemon.
             * @member {string} daemon
             * @memberof iommufd_emu.v1.HelloReply
             * @instance
             */
            HelloReply.prototype.daemon = "";

            /**
             * HelloReply peerKnown.
             * @member {boolean} peerKnown
             * @memberof iommufd_emu.v1.HelloReply
             * @instance
             */
            HelloReply.prototype.peerKnown = false;

            /**
             * HelloReply processMemory.
             * @member {boolean} processMemory
             * @memberof iommufd_emu.v1.HelloReply
             * @instance
             */
            HelloReply.prototype.processMemory = false;

            /**
             * Creates a new HelloReply instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.HelloReply
             * @static
             * @param {iommufd_emu.v1.HelloReply.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.HelloReply} HelloReply instance
             * @type {{
             *   (properties: iommufd_emu.v1.HelloReply.$Shape): iommufd_emu.v1.HelloReply & iommufd_emu.v1.HelloReply.$Shape;
             *   (properties?: iommufd_emu.v1.HelloReply.$Properties): iommufd_emu.v1.HelloReply;
             * }}
             */
            HelloReply.create = function(properties) {
                return new HelloReply(properties);
            };

            /**
             * Encodes the specified HelloReply message. Does not implicitly {@link iommufd_emu.v1.HelloReply.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.HelloReply
             * @static
             * @param {iommufd_emu.v1.HelloReply.$Properties} message HelloReply message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            HelloReply.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.version != null && $Object.hasOwnProperty.call(message, "version") && message.version !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.version);
                if (message.features != null && message.features.length)
                    for (let i = 0; i < message.features.length; ++i)
                        writer.uint32(/* id 2, wireType 2 =*/18).string(message.features[i]);
                if (message.limits != null && $Object.hasOwnProperty.call(message, "limits"))
                    $root.iommufd_emu.v1.Limits.encode(message.limits, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.daemon != null && $Object.hasOwnProperty.call(message, "daemon") && message.daemon !== "")
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.daemon);
                if (message.peerKnown != null && $Object.hasOwnProperty.call(message, "peerKnown") && message.peerKnown !== false)
                    writer.uint32(/* id 5, wireType 0 =*/40).bool(message.peerKnown);
                if (message.processMemory != null && $Object.hasOwnProperty.call(message, "processMemory") && message.processMemory !== false)
                    writer.uint32(/* id 6, wireType 0 =*/48).bool(message.processMemory);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a HelloReply message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.HelloReply
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.HelloReply & iommufd_emu.v1.HelloReply.$Shape} HelloReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            HelloReply.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.HelloReply();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.version = value;
                            else
                                delete message.version;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.features && message.features.length))
                                message.features = [];
                            message.features.push(reader.stringVerify());
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.limits = $root.iommufd_emu.v1.Limits.decode(reader, reader.size(), $undefined, _depth + 1, message.limits);
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.daemon = value;
                            else
                                delete message.daemon;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.peerKnown = value;
                            else
                                delete message.peerKnown;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.processMemory = value;
                            else
                                delete message.processMemory;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return HelloReply;
        })();

        v1.Limits = (function() {

            /**
             * Properties of a Limits.
             * @typedef {Object} iommufd_emu.v1.Limits.$Properties
             * @property {number|null} [frameBytesMax] Limits frameBytesMax
             * @property {number|null} [segmentsMax] Limits segmentsMax
             * @property {number|null} [batchIoctlsMax] Limits batchIoctlsMax
             * @property {number|null} [inFlightMax] Limits inFlightMax
             * @property {number|null} [regionsMax] Limits regionsMax
             * @property {number|null} [dmaBytesMax] Limits dmaBytesMax
             * @property {Long|null} [dmaMoveBytesMax] Limits dmaMoveBytesMax
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Limits.
             * @memberof iommufd_emu.v1
             * @interface ILimits
             * @augments iommufd_emu.v1.Limits.$Properties
             * @deprecated Use iommufd_emu.v1.Limits.$Properties instead.
             */

            /**
             * Shape of a Limits.
             * @typedef {iommufd_emu.v1.Limits.$Properties} iommufd_emu.v1.Limits.$Shape
             */

            /**
             * Constructs a new Limits.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a Limits.
             * @constructor
             * @param {iommufd_emu.v1.Limits.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Limits = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Limits frameBytesMax.
             * @member {number} frameBytesMax
             * @memberof iommufd_emu.v1.Limits
             * @instance
             */
            Limits.prototype.frameBytesMax = 0;

            /**
             * Limits segmentsMax.
             * @member {number} segmentsMax
             * @memberof iommufd_emu.v1.Limits
             * @instance
             */
            Limits.prototype.segmentsMax = 0;

            /**
             * Limits batchIoctlsMax.
             * @member {number} batchIoctlsMax
             * @memberof iommufd_emu.v1.Limits
             * @instance
             */
            Limits.prototype.batchIoctlsMax = 0;

            /**
             * Limits inFlightMax.
             * @member {number} inFlightMax
             * @memberof iommufd_emu.v1.Limits
             * @instance
             */
            Limits.prototype.inFlightMax = 0;

            /**
             * Limits regionsMax.
             * @member {number} regionsMax
             * @memberof iommufd_emu.v1.Limits
             * @instance
             */
            Limits.prototype.regionsMax = 0;

            /**
             * Limits dmaBytesMax.
             * @member {number} dmaBytesMax
             * @memberof iommufd_emu.v1.Limits
             * @instance
             */
            Limits.prototype.dmaBytesMax = 0;

            /**
             * Limits dmaMoveBytesMax.
             * @member {Long} dmaMoveBytesMax
             * @memberof iommufd_emu.v1.Limits
             * @instance
             */
            Limits.prototype.dmaMoveBytesMax = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Creates a new Limits instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.Limits
             * @static
             * @param {iommufd_emu.v1.Limits.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.Limits} Limits instance
             * @type {{
             *   (properties: iommufd_emu.v1.Limits.$Shape): iommufd_emu.v1.Limits & iommufd_emu.v1.Limits.$Shape;
             *   (properties?: iommufd_emu.v1.Limits.$Properties): iommufd_emu.v1.Limits;
             * }}
             */
            Limits.create = function(properties) {
                return new Limits(properties);
            };

            /**
             * Encodes the specified Limits message. Does not implicitly {@link iommufd_emu.v1.Limits.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.Limits
             * @static
             * @param {iommufd_emu.v1.Limits.$Properties} message Limits message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Limits.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.frameBytesMax != null && $Object.hasOwnProperty.call(message, "frameBytesMax") && message.frameBytesMax !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.frameBytesMax);
                if (message.segmentsMax != null && $Object.hasOwnProperty.call(message, "segmentsMax") && message.segmentsMax !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.segmentsMax);
                if (message.batchIoctlsMax != null && $Object.hasOwnProperty.call(message, "batchIoctlsMax") && message.batchIoctlsMax !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.batchIoctlsMax);
                if (message.inFlightMax != null && $Object.hasOwnProperty.call(message, "inFlightMax") && message.inFlightMax !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.inFlightMax);
                if (message.regionsMax != null && $Object.hasOwnProperty.call(message, "regionsMax") && message.regionsMax !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.regionsMax);
                if (message.dmaBytesMax != null && $Object.hasOwnProperty.call(message, "dmaBytesMax") && message.dmaBytesMax !== 0)
                    writer.uint32(/* id 6, wireType 0 =*/48).uint32(message.dmaBytesMax);
                if (message.dmaMoveBytesMax != null && $Object.hasOwnProperty.call(message, "dmaMoveBytesMax") && (typeof message.dmaMoveBytesMax === "object" ? message.dmaMoveBytesMax.low || message.dmaMoveBytesMax.high : message.dmaMoveBytesMax !== 0))
                    writer.uint32(/* id 7, wireType 0 =*/56).uint64(message.dmaMoveBytesMax);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Limits message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.Limits
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Limits & iommufd_emu.v1.Limits.$Shape} Limits
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Limits.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.Limits();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.frameBytesMax = value;
                            else
                                delete message.frameBytesMax;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.segmentsMax = value;
                            else
                                delete message.segmentsMax;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.batchIoctlsMax = value;
                            else
                                delete message.batchIoctlsMax;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.inFlightMax = value;
                            else
                                delete message.inFlightMax;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.regionsMax = value;
                            else
                                delete message.regionsMax;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.dmaBytesMax = value;
                            else
                                delete message.dmaBytesMax;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.dmaMoveBytesMax = value;
                            else
                                delete message.dmaMoveBytesMax;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Limits;
        })();

        v1.Open = (function() {

            /**
             * Properties of an Open.
             * @typedef {Object} iommufd_emu.v1.Open.$Properties
             * @property {string|null} [node] Open node
             * @property {Uint8Array|null} [token] Open token
             * @property {boolean|null} [raw] Open raw
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Open.
             * @memberof iommufd_emu.v1
             * @interface IOpen
             * @augments iommufd_emu.v1.Open.$Properties
             * @deprecated Use iommufd_emu.v1.Open.$Properties instead.
             */

            /**
             * Shape of an Open.
             * @typedef {iommufd_emu.v1.Open.$Properties} iommufd_emu.v1.Open.$Shape
             */

            /**
             * Constructs a new Open.
             * @memberof iommufd_emu.v1
             * @classdesc Represents an Open.
             * @constructor
             * @param {iommufd_emu.v1.Open.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Open = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Open node.
             * @member {string} node
             * @memberof iommufd_emu.v1.Open
             * @instance
             */
            Open.prototype.node = "";

            /**
             * Open token.
             * @member {Uint8Array} token
             * @memberof iommufd_emu.v1.Open
             * @instance
             */
            Open.prototype.token = $util.newBuffer([]);

            /**
             * Open raw.
             * @member {boolean} raw
             * @memberof iommufd_emu.v1.Open
             * @instance
             */
            Open.prototype.raw = false;

            /**
             * Creates a new Open instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.Open
             * @static
             * @param {iommufd_emu.v1.Open.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.Open} Open instance
             * @type {{
             *   (properties: iommufd_emu.v1.Open.$Shape): iommufd_emu.v1.Open & iommufd_emu.v1.Open.$Shape;
             *   (properties?: iommufd_emu.v1.Open.$Properties): iommufd_emu.v1.Open;
             * }}
             */
            Open.create = function(properties) {
                return new Open(properties);
            };

            /**
             * Encodes the specified Open message. Does not implicitly {@link iommufd_emu.v1.Open.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.Open
             * @static
             * @param {iommufd_emu.v1.Open.$Properties} message Open message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Open.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.node != null && $Object.hasOwnProperty.call(message, "node") && message.node !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.node);
                if (message.token != null && $Object.hasOwnProperty.call(message, "token") && message.token.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.token);
                if (message.raw != null && $Object.hasOwnProperty.call(message, "raw") && message.raw !== false)
                    writer.uint32(/* id 3, wireType 0 =*/24).bool(message.raw);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Open message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.Open
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Open & iommufd_emu.v1.Open.$Shape} Open
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Open.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.Open();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.node = value;
                            else
                                delete message.node;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.token = value;
                            else
                                delete message.token;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.raw = value;
                            else
                                delete message.raw;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Open;
        })();

        v1.OpenReply = (function() {

            /**
             * Properties of an OpenReply.
             * @typedef {Object} iommufd_emu.v1.OpenReply.$Properties
             * @property {number|null} [error] OpenReply error
             * @property {Uint8Array|null} [token] OpenReply token
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an OpenReply.
             * @memberof iommufd_emu.v1
             * @interface IOpenReply
             * @augments iommufd_emu.v1.OpenReply.$Properties
             * @deprecated Use iommufd_emu.v1.OpenReply.$Properties instead.
             */

            /**
             * Shape of an OpenReply.
             * @typedef {iommufd_emu.v1.OpenReply.$Properties} iommufd_emu.v1.OpenReply.$Shape
             */

            /**
             * Constructs a new OpenReply.
             * @memberof iommufd_emu.v1
             * @classdesc Represents an OpenReply.
             * @constructor
             * @param {iommufd_emu.v1.OpenReply.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const OpenReply = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * OpenReply error.
             * @member {number} error
             * @memberof iommufd_emu.v1.OpenReply
             * @instance
             */
            OpenReply.prototype.error = 0;

            /**
             * OpenReply token.
             * @member {Uint8Array} token
             * @memberof iommufd_emu.v1.OpenReply
             * @instance
             */
            OpenReply.prototype.token = $util.newBuffer([]);

            /**
             * Creates a new OpenReply instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.OpenReply
             * @static
             * @param {iommufd_emu.v1.OpenReply.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.OpenReply} OpenReply instance
             * @type {{
             *   (properties: iommufd_emu.v1.OpenReply.$Shape): iommufd_emu.v1.OpenReply & iommufd_emu.v1.OpenReply.$Shape;
             *   (properties?: iommufd_emu.v1.OpenReply.$Properties): iommufd_emu.v1.OpenReply;
             * }}
             */
            OpenReply.create = function(properties) {
                return new OpenReply(properties);
            };

            /**
             * Encodes the specified OpenReply message. Does not implicitly {@link iommufd_emu.v1.OpenReply.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.OpenReply
             * @static
             * @param {iommufd_emu.v1.OpenReply.$Properties} message OpenReply message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            OpenReply.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.error != null && $Object.hasOwnProperty.call(message, "error") && message.error !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).int32(message.error);
                if (message.token != null && $Object.hasOwnProperty.call(message, "token") && message.token.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.token);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an OpenReply message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.OpenReply
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.OpenReply & iommufd_emu.v1.OpenReply.$Shape} OpenReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            OpenReply.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.OpenReply();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.error = value;
                            else
                                delete message.error;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.token = value;
                            else
                                delete message.token;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return OpenReply;
        })();

        v1.Join = (function() {

            /**
             * Properties of a Join.
             * @typedef {Object} iommufd_emu.v1.Join.$Properties
             * @property {Uint8Array|null} [token] Join token
             * @property {boolean|null} [hold] Join hold
             * @property {boolean|null} [notify] Join notify
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Join.
             * @memberof iommufd_emu.v1
             * @interface IJoin
             * @augments iommufd_emu.v1.Join.$Properties
             * @deprecated Use iommufd_emu.v1.Join.$Properties instead.
             */

            /**
             * Shape of a Join.
             * @typedef {iommufd_emu.v1.Join.$Properties} iommufd_emu.v1.Join.$Shape
             */

            /**
             * Constructs a new Join.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a Join.
             * @constructor
             * @param {iommufd_emu.v1.Join.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Join = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Join token.
             * @member {Uint8Array} token
             * @memberof iommufd_emu.v1.Join
             * @instance
             */
            Join.prototype.token = $util.newBuffer([]);

            /**
             * Join hold.
             * @member {boolean} hold
             * @memberof iommufd_emu.v1.Join
             * @instance
             */
            Join.prototype.hold = false;

            /**
             * Join notify.
             * @member {boolean} notify
             * @memberof iommufd_emu.v1.Join
             * @instance
             */
            Join.prototype.notify = false;

            /**
             * Creates a new Join instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.Join
             * @static
             * @param {iommufd_emu.v1.Join.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.Join} Join instance
             * @type {{
             *   (properties: iommufd_emu.v1.Join.$Shape): iommufd_emu.v1.Join & iommufd_emu.v1.Join.$Shape;
             *   (properties?: iommufd_emu.v1.Join.$Properties): iommufd_emu.v1.Join;
             * }}
             */
            Join.create = function(properties) {
                return new Join(properties);
            };

            /**
             * Encodes the specified Join message. Does not implicitly {@link iommufd_emu.v1.Join.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.Join
             * @static
             * @param {iommufd_emu.v1.Join.$Properties} message Join message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Join.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.token != null && $Object.hasOwnProperty.call(message, "token") && message.token.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.token);
                if (message.hold != null && $Object.hasOwnProperty.call(message, "hold") && message.hold !== false)
                    writer.uint32(/* id 2, wireType 0 =*/16).bool(message.hold);
                if (message.notify != null && $Object.hasOwnProperty.call(message, "notify") && message.notify !== false)
                    writer.uint32(/* id 3, wireType 0 =*/24).bool(message.notify);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Join message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.Join
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Join & iommufd_emu.v1.Join.$Shape} Join
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Join.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.Join();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.token = value;
                            else
                                delete message.token;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.hold = value;
                            else
                                delete message.hold;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.notify = value;
                            else
                                delete message.notify;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Join;
        })();

        v1.JoinReply = (function() {

            /**
             * Properties of a JoinReply.
             * @typedef {Object} iommufd_emu.v1.JoinReply.$Properties
             * @property {number|null} [error] JoinReply error
             * @property {Long|null} [size] JoinReply size
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a JoinReply.
             * @memberof iommufd_emu.v1
             * @interface IJoinReply
             * @augments iommufd_emu.v1.JoinReply.$Properties
             * @deprecated Use iommufd_emu.v1.JoinReply.$Properties instead.
             */

            /**
             * Shape of a JoinReply.
             * @typedef {iommufd_emu.v1.JoinReply.$Properties} iommufd_emu.v1.JoinReply.$Shape
             */

            /**
             * Constructs a new JoinReply.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a JoinReply.
             * @constructor
             * @param {iommufd_emu.v1.JoinReply.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const JoinReply = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * JoinReply error.
             * @member {number} error
             * @memberof iommufd_emu.v1.JoinReply
             * @instance
             */
            JoinReply.prototype.error = 0;

            /**
             * JoinReply size.
             * @member {Long} size
             * @memberof iommufd_emu.v1.JoinReply
             * @instance
             */
            JoinReply.prototype.size = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Creates a new JoinReply instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.JoinReply
             * @static
             * @param {iommufd_emu.v1.JoinReply.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.JoinReply} JoinReply instance
             * @type {{
             *   (properties: iommufd_emu.v1.JoinReply.$Shape): iommufd_emu.v1.JoinReply & iommufd_emu.v1.JoinReply.$Shape;
             *   (properties?: iommufd_emu.v1.JoinReply.$Properties): iommufd_emu.v1.JoinReply;
             * }}
             */
            JoinReply.create = function(properties) {
                return new JoinReply(properties);
            };

            /**
             * Encodes the specified JoinReply message. Does not implicitly {@link iommufd_emu.v1.JoinReply.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.JoinReply
             * @static
             * @param {iommufd_emu.v1.JoinReply.$Properties} message JoinReply message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            JoinReply.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.error != null && $Object.hasOwnProperty.call(message, "error") && message.error !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).int32(message.error);
                if (message.size != null && $Object.hasOwnProperty.call(message, "size") && (typeof message.size === "object" ? message.size.low || message.size.high : message.size !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.size);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a JoinReply message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.JoinReply
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.JoinReply & iommufd_emu.v1.JoinReply.$Shape} JoinReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            JoinReply.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.JoinReply();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.error = value;
                            else
                                delete message.error;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.size = value;
                            else
                                delete message.size;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return JoinReply;
        })();

        v1.Close = (function() {

            /**
             * Properties of a Close.
             * @typedef {Object} iommufd_emu.v1.Close.$Properties
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Close.
             * @memberof iommufd_emu.v1
             * @interface IClose
             * @augments iommufd_emu.v1.Close.$Properties
             * @deprecated Use iommufd_emu.v1.Close.$Properties instead.
             */

            /**
             * Shape of a Close.
             * @typedef {iommufd_emu.v1.Close.$Properties} iommufd_emu.v1.Close.$Shape
             */

            /**
             * Constructs a new Close.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a Close.
             * @constructor
             * @param {iommufd_emu.v1.Close.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Close = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Creates a new Close instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.Close
             * @static
             * @param {iommufd_emu.v1.Close.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.Close} Close instance
             * @type {{
             *   (properties: iommufd_emu.v1.Close.$Shape): iommufd_emu.v1.Close & iommufd_emu.v1.Close.$Shape;
             *   (properties?: iommufd_emu.v1.Close.$Properties): iommufd_emu.v1.Close;
             * }}
             */
            Close.create = function(properties) {
                return new Close(properties);
            };

            /**
             * Encodes the specified Close message. Does not implicitly {@link iommufd_emu.v1.Close.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.Close
             * @static
             * @param {iommufd_emu.v1.Close.$Properties} message Close message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Close.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Close message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.Close
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Close & iommufd_emu.v1.Close.$Shape} Close
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Close.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.Close();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    reader.skipType(tag & 7, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Close;
        })();

        v1.CloseReply = (function() {

            /**
             * Properties of a CloseReply.
             * @typedef {Object} iommufd_emu.v1.CloseReply.$Properties
             * @property {boolean|null} [released] CloseReply released
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a CloseReply.
             * @memberof iommufd_emu.v1
             * @interface ICloseReply
             * @augments iommufd_emu.v1.CloseReply.$Properties
             * @deprecated Use iommufd_emu.v1.CloseReply.$Properties instead.
             */

            /**
             * Shape of a CloseReply.
             * @typedef {iommufd_emu.v1.CloseReply.$Properties} iommufd_emu.v1.CloseReply.$Shape
             */

            /**
             * Constructs a new CloseReply.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a CloseReply.
             * @constructor
             * @param {iommufd_emu.v1.CloseReply.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const CloseReply = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * CloseReply released.
             * @member {boolean} released
             * @memberof iommufd_emu.v1.CloseReply
             * @instance
             */
            CloseReply.prototype.released = false;

            /**
             * Creates a new CloseReply instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.CloseReply
             * @static
             * @param {iommufd_emu.v1.CloseReply.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.CloseReply} CloseReply instance
             * @type {{
             *   (properties: iommufd_emu.v1.CloseReply.$Shape): iommufd_emu.v1.CloseReply & iommufd_emu.v1.CloseReply.$Shape;
             *   (properties?: iommufd_emu.v1.CloseReply.$Properties): iommufd_emu.v1.CloseReply;
             * }}
             */
            CloseReply.create = function(properties) {
                return new CloseReply(properties);
            };

            /**
             * Encodes the specified CloseReply message. Does not implicitly {@link iommufd_emu.v1.CloseReply.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.CloseReply
             * @static
             * @param {iommufd_emu.v1.CloseReply.$Properties} message CloseReply message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            CloseReply.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.released != null && $Object.hasOwnProperty.call(message, "released") && message.released !== false)
                    writer.uint32(/* id 1, wireType 0 =*/8).bool(message.released);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a CloseReply message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.CloseReply
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.CloseReply & iommufd_emu.v1.CloseReply.$Shape} CloseReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            CloseReply.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.CloseReply();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.released = value;
                            else
                                delete message.released;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return CloseReply;
        })();

        v1.Sync = (function() {

            /**
             * Properties of a Sync.
             * @typedef {Object} iommufd_emu.v1.Sync.$Properties
             * @property {Uint8Array|null} [token] Sync token
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Sync.
             * @memberof iommufd_emu.v1
             * @interface ISync
             * @augments iommufd_emu.v1.Sync.$Properties
             * @deprecated Use iommufd_emu.v1.Sync.$Properties instead.
             */

            /**
             * Shape of a Sync.
             * @typedef {iommufd_emu.v1.Sync.$Properties} iommufd_emu.v1.Sync.$Shape
             */

            /**
             * Constructs a new Sync.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a Sync.
             * @constructor
             * @param {iommufd_emu.v1.Sync.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Sync = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Sync token.
             * @member {Uint8Array} token
             * @memberof iommufd_emu.v1.Sync
             * @instance
             */
            Sync.prototype.token = $util.newBuffer([]);

            /**
             * Creates a new Sync instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.Sync
             * @static
             * @param {iommufd_emu.v1.Sync.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.Sync} Sync instance
             * @type {{
             *   (properties: iommufd_emu.v1.Sync.$Shape): iommufd_emu.v1.Sync & iommufd_emu.v1.Sync.$Shape;
             *   (properties?: iommufd_emu.v1.Sync.$Properties): iommufd_emu.v1.Sync;
             * }}
             */
            Sync.create = function(properties) {
                return new Sync(properties);
            };

            /**
             * Encodes the specified Sync message. Does not implicitly {@link iommufd_emu.v1.Sync.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.Sync
             * @static
             * @param {iommufd_emu.v1.Sync.$Properties} message Sync message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Sync.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.token != null && $Object.hasOwnProperty.call(message, "token") && message.token.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.token);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Sync message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.Sync
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Sync & iommufd_emu.v1.Sync.$Shape} Sync
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Sync.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.Sync();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.token = value;
                            else
                                delete message.token;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Sync;
        })();

        v1.SyncReply = (function() {

            /**
             * Properties of a SyncReply.
             * @typedef {Object} iommufd_emu.v1.SyncReply.$Properties
             * @property {boolean|null} [open] SyncReply open
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SyncReply.
             * @memberof iommufd_emu.v1
             * @interface ISyncReply
             * @augments iommufd_emu.v1.SyncReply.$Properties
             * @deprecated Use iommufd_emu.v1.SyncReply.$Properties instead.
             */

            /**
             * Shape of a SyncReply.
             * @typedef {iommufd_emu.v1.SyncReply.$Properties} iommufd_emu.v1.SyncReply.$Shape
             */

            /**
             * Constructs a new SyncReply.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a SyncReply.
             * @constructor
             * @param {iommufd_emu.v1.SyncReply.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SyncReply = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SyncReply open.
             * @member {boolean} open
             * @memberof iommufd_emu.v1.SyncReply
             * @instance
             */
            SyncReply.prototype.open = false;

            /**
             * Creates a new SyncReply instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.SyncReply
             * @static
             * @param {iommufd_emu.v1.SyncReply.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.SyncReply} SyncReply instance
             * @type {{
             *   (properties: iommufd_emu.v1.SyncReply.$Shape): iommufd_emu.v1.SyncReply & iommufd_emu.v1.SyncReply.$Shape;
             *   (properties?: iommufd_emu.v1.SyncReply.$Properties): iommufd_emu.v1.SyncReply;
             * }}
             */
            SyncReply.create = function(properties) {
                return new SyncReply(properties);
            };

            /**
             * Encodes the specified SyncReply message. Does not implicitly {@link iommufd_emu.v1.SyncReply.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.SyncReply
             * @static
             * @param {iommufd_emu.v1.SyncReply.$Properties} message SyncReply message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SyncReply.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.open != null && $Object.hasOwnProperty.call(message, "open") && message.open !== false)
                    writer.uint32(/* id 1, wireType 0 =*/8).bool(message.open);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SyncReply message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.SyncReply
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.SyncReply & iommufd_emu.v1.SyncReply.$Shape} SyncReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SyncReply.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.SyncReply();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.open = value;
                            else
                                delete message.open;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return SyncReply;
        })();

        v1.Ring = (function() {

            /**
             * Properties of a Ring.
             * @typedef {Object} iommufd_emu.v1.Ring.$Properties
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Ring.
             * @memberof iommufd_emu.v1
             * @interface IRing
             * @augments iommufd_emu.v1.Ring.$Properties
             * @deprecated Use iommufd_emu.v1.Ring.$Properties instead.
             */

            /**
             * Shape of a Ring.
             * @typedef {iommufd_emu.v1.Ring.$Properties} iommufd_emu.v1.Ring.$Shape
             */

            /**
             * Constructs a new Ring.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a Ring.
             * @constructor
             * @param {iommufd_emu.v1.Ring.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Ring = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Creates a new Ring instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.Ring
             * @static
             * @param {iommufd_emu.v1.Ring.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.Ring} Ring instance
             * @type {{
             *   (properties: iommufd_emu.v1.Ring.$Shape): iommufd_emu.v1.Ring & iommufd_emu.v1.Ring.$Shape;
             *   (properties?: iommufd_emu.v1.Ring.$Properties): iommufd_emu.v1.Ring;
             * }}
             */
            Ring.create = function(properties) {
                return new Ring(properties);
            };

            /**
             * Encodes the specified Ring message. Does not implicitly {@link iommufd_emu.v1.Ring.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.Ring
             * @static
             * @param {iommufd_emu.v1.Ring.$Properties} message Ring message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Ring.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Ring message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.Ring
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Ring & iommufd_emu.v1.Ring.$Shape} Ring
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Ring.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.Ring();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    reader.skipType(tag & 7, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Ring;
        })();

        v1.RingReply = (function() {

            /**
             * Properties of a RingReply.
             * @typedef {Object} iommufd_emu.v1.RingReply.$Properties
             * @property {number|null} [error] RingReply error
             * @property {string|null} [path] RingReply path
             * @property {number|null} [slots] RingReply slots
             * @property {number|null} [slotBytes] RingReply slotBytes
             * @property {number|null} [pieceBytes] RingReply pieceBytes
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a RingReply.
             * @memberof iommufd_emu.v1
             * @interface IRingReply
             * @augments iommufd_emu.v1.RingReply.$Properties
             * @deprecated Use iommufd_emu.v1.RingReply.$Properties instead.
             */

            /**
             * Shape of a RingReply.
             * @typedef {iommufd_emu.v1.RingReply.$Properties} iommufd_emu.v1.RingReply.$Shape
             */

            /**
             * Constructs a new RingReply.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a RingReply.
             * @constructor
             * @param {iommufd_emu.v1.RingReply.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const RingReply = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * RingReply error.
             * @member {number} error
             * @memberof iommufd_emu.v1.RingReply
             * @instance
             */
            RingReply.prototype.error = 0;

            /**
             * RingReply path.
             * @member {string} path
             * @memberof iommufd_emu.v1.RingReply
             * @instance
             */
            RingReply.prototype.path = "";

            /**
             * RingReply slots.
             * @member {number} slots
             * @memberof iommufd_emu.v1.RingReply
             * @instance
             */
            RingReply.prototype.slots = 0;

            /**
             * RingReply slotBytes.
             * @member {number} slotBytes
             * @memberof iommufd_emu.v1.RingReply
             * @instance
             */
            RingReply.prototype.slotBytes = 0;

            /**
             * RingReply pieceBytes.
             * @member {number} pieceBytes
             * @memberof iommufd_emu.v1.RingReply
             * @instance
             */
            RingReply.prototype.pieceBytes = 0;

            /**
             * Creates a new RingReply instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.RingReply
             * @static
             * @param {iommufd_emu.v1.RingReply.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.RingReply} RingReply instance
             * @type {{
             *   (properties: iommufd_emu.v1.RingReply.$Shape): iommufd_emu.v1.RingReply & iommufd_emu.v1.RingReply.$Shape;
             *   (properties?: iommufd_emu.v1.RingReply.$Properties): iommufd_emu.v1.RingReply;
             * }}
             */
            RingReply.create = function(properties) {
                return new RingReply(properties);
            };

            /**
             * Encodes the specified RingReply message. Does not implicitly {@link iommufd_emu.v1.RingReply.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.RingReply
             * @static
             * @param {iommufd_emu.v1.RingReply.$Properties} message RingReply message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            RingReply.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.error != null && $Object.hasOwnProperty.call(message, "error") && message.error !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).int32(message.error);
                if (message.path != null && $Object.hasOwnProperty.call(message, "path") && message.path !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.path);
                if (message.slots != null && $Object.hasOwnProperty.call(message, "slots") && message.slots !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.slots);
                if (message.slotBytes != null && $Object.hasOwnProperty.call(message, "slotBytes") && message.slotBytes !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.slotBytes);
                if (message.pieceBytes != null && $Object.hasOwnProperty.call(message, "pieceBytes") && message.pieceBytes !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.pieceBytes);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a RingReply message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.RingReply
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.RingReply & iommufd_emu.v1.RingReply.$Shape} RingReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            RingReply.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.RingReply();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.error = value;
                            else
                                delete message.error;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.path = value;
                            else
                                delete message.path;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.slots = value;
                            else
                                delete message.slots;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.slotBytes = value;
                            else
                                delete message.slotBytes;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.pieceBytes = value;
                            else
                                delete message.pieceBytes;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return RingReply;
        })();

        v1.Doorbell = (function() {

            /**
             * Properties of a Doorbell.
             * @typedef {Object} iommufd_emu.v1.Doorbell.$Properties
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Doorbell.
             * @memberof iommufd_emu.v1
             * @interface IDoorbell
             * @augments iommufd_emu.v1.Doorbell.$Properties
             * @deprecated Use iommufd_emu.v1.Doorbell.$Properties instead.
             */

            /**
             * Shape of a Doorbell.
             * @typedef {iommufd_emu.v1.Doorbell.$Properties} iommufd_emu.v1.Doorbell.$Shape
             */

            /**
             * Constructs a new Doorbell.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a Doorbell.
             * @constructor
             * @param {iommufd_emu.v1.Doorbell.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Doorbell = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Creates a new Doorbell instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.Doorbell
             * @static
             * @param {iommufd_emu.v1.Doorbell.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.Doorbell} Doorbell instance
             * @type {{
             *   (properties: iommufd_emu.v1.Doorbell.$Shape): iommufd_emu.v1.Doorbell & iommufd_emu.v1.Doorbell.$Shape;
             *   (properties?: iommufd_emu.v1.Doorbell.$Properties): iommufd_emu.v1.Doorbell;
             * }}
             */
            Doorbell.create = function(properties) {
                return new Doorbell(properties);
            };

            /**
             * Encodes the specified Doorbell message. Does not implicitly {@link iommufd_emu.v1.Doorbell.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.Doorbell
             * @static
             * @param {iommufd_emu.v1.Doorbell.$Properties} message Doorbell message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Doorbell.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Doorbell message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.Doorbell
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Doorbell & iommufd_emu.v1.Doorbell.$Shape} Doorbell
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Doorbell.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.Doorbell();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    reader.skipType(tag & 7, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Doorbell;
        })();

        v1.Segment = (function() {

            /**
             * Properties of a Segment.
             * @typedef {Object} iommufd_emu.v1.Segment.$Properties
             * @property {Long|null} [address] Segment address
             * @property {Uint8Array|null} [data] Segment data
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Segment.
             * @memberof iommufd_emu.v1
             * @interface ISegment
             * @augments iommufd_emu.v1.Segment.$Properties
             * @deprecated Use iommufd_emu.v1.Segment.$Properties instead.
             */

            /**
             * Shape of a Segment.
             * @typedef {iommufd_emu.v1.Segment.$Properties} iommufd_emu.v1.Segment.$Shape
             */

            /**
             * Constructs a new Segment.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a Segment.
             * @constructor
             * @param {iommufd_emu.v1.Segment.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Segment = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Segment address.
             * @member {Long} address
             * @memberof iommufd_emu.v1.Segment
             * @instance
             */
            Segment.prototype.address = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Segment data.
             * @member {Uint8Array} data
             * @memberof iommufd_emu.v1.Segment
             * @instance
             */
            Segment.prototype.data = $util.newBuffer([]);

            /**
             * Creates a new Segment instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.Segment
             * @static
             * @param {iommufd_emu.v1.Segment.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.Segment} Segment instance
             * @type {{
             *   (properties: iommufd_emu.v1.Segment.$Shape): iommufd_emu.v1.Segment & iommufd_emu.v1.Segment.$Shape;
             *   (properties?: iommufd_emu.v1.Segment.$Properties): iommufd_emu.v1.Segment;
             * }}
             */
            Segment.create = function(properties) {
                return new Segment(properties);
            };

            /**
             * Encodes the specified Segment message. Does not implicitly {@link iommufd_emu.v1.Segment.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.Segment
             * @static
             * @param {iommufd_emu.v1.Segment.$Properties} message Segment message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Segment.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.address != null && $Object.hasOwnProperty.call(message, "address") && (typeof message.address === "object" ? message.address.low || message.address.high : message.address !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.address);
                if (message.data != null && $Object.hasOwnProperty.call(message, "data") && message.data.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.data);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Segment message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.Segment
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Segment & iommufd_emu.v1.Segment.$Shape} Segment
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Segment.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.Segment();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.address = value;
                            else
                                delete message.address;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.data = value;
                            else
                                delete message.data;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Segment;
        })();

        v1.Window = (function() {

            /**
             * Properties of a Window.
             * @typedef {Object} iommufd_emu.v1.Window.$Properties
             * @property {Long|null} [address] Window address
             * @property {number|null} [length] Window length
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Window.
             * @memberof iommufd_emu.v1
             * @interface IWindow
             * @augments iommufd_emu.v1.Window.$Properties
             * @deprecated Use iommufd_emu.v1.Window.$Properties instead.
             */

            /**
             * Shape of a Window.
             * @typedef {iommufd_emu.v1.Window.$Properties} iommufd_emu.v1.Window.$Shape
             */

            /**
             * Constructs a new Window.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a Window.
             * @constructor
             * @param {iommufd_emu.v1.Window.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Window = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Window address.
             * @member {Long} address
             * @memberof iommufd_emu.v1.Window
             * @instance
             */
            Window.prototype.address = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Window length.
             * @member {number} length
             * @memberof iommufd_emu.v1.Window
             * @instance
             */
            Window.prototype.length = 0;

            /**
             * Creates a new Window instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.Window
             * @static
             * @param {iommufd_emu.v1.Window.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.Window} Window instance
             * @type {{
             *   (properties: iommufd_emu.v1.Window.$Shape): iommufd_emu.v1.Window & iommufd_emu.v1.Window.$Shape;
             *   (properties?: iommufd_emu.v1.Window.$Properties): iommufd_emu.v1.Window;
             * }}
             */
            Window.create = function(properties) {
                return new Window(properties);
            };

            /**
             * Encodes the specified Window message. Does not implicitly {@link iommufd_emu.v1.Window.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.Window
             * @static
             * @param {iommufd_emu.v1.Window.$Properties} message Window message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Window.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.address != null && $Object.hasOwnProperty.call(message, "address") && (typeof message.address === "object" ? message.address.low || message.address.high : message.address !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.address);
                if (message.length != null && $Object.hasOwnProperty.call(message, "length") && message.length !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.length);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Window message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.Window
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Window & iommufd_emu.v1.Window.$Shape} Window
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Window.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.Window();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.address = value;
                            else
                                delete message.address;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.length = value;
                            else
                                delete message.length;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Window;
        })();

        v1.Ioctl = (function() {

            /**
             * Properties of an Ioctl.
             * @typedef {Object} iommufd_emu.v1.Ioctl.$Properties
             * @property {number|null} [request] Ioctl request
             * @property {Long|null} [argument] Ioctl argument
             * @property {Array.<iommufd_emu.v1.Segment.$Properties>|null} [readable] Ioctl readable
             * @property {Array.<iommufd_emu.v1.Window.$Properties>|null} [writable] Ioctl writable
             * @property {Array.<iommufd_emu.v1.Descriptor.$Properties>|null} [descriptors] Ioctl descriptors
             * @property {number|null} [failNth] Ioctl failNth
             * @property {boolean|null} [failOrdinary] Ioctl failOrdinary
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Ioctl.
             * @memberof iommufd_emu.v1
             * @interface IIoctl
             * @augments iommufd_emu.v1.Ioctl.$Properties
             * @deprecated Use iommufd_emu.v1.Ioctl.$Properties instead.
             */

            /**
             * Shape of an Ioctl.
             * @typedef {iommufd_emu.v1.Ioctl.$Properties} iommufd_emu.v1.Ioctl.$Shape
             */

            /**
             * Constructs a new Ioctl.
             * @memberof iommufd_emu.v1
             * @classdesc Represents an Ioctl.
             * @constructor
             * @param {iommufd_emu.v1.Ioctl.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Ioctl = function (properties) {
                this.readable = [];
                this.writable = [];
                this.descriptors = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Ioctl request.
             * @member {number} request
             * @memberof iommufd_emu.v1.Ioctl
             * @instance
             */
            Ioctl.prototype.request = 0;

            /**
             * Ioctl argument.
             * @member {Long} argument
             * @memberof iommufd_emu.v1.Ioctl
             * @instance
             */
            Ioctl.prototype.argument = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Ioctl readable.
             * @member {Array.<iommufd_emu.v1.Segment.$Properties>} readable
             * @memberof iommufd_emu.v1.Ioctl
             * @instance
             */
            Ioctl.prototype.readable = $util.emptyArray;

            /**
             * Ioctl writable.
             * @member {Array.<iommufd_emu.v1.Window.$Properties>} writable
             * @memberof iommufd_emu.v1.Ioctl
             * @instance
             */
            Ioctl.prototype.writable = $util.emptyArray;

            /**
             * Ioctl descriptors.
             * @member {Array.<iommufd_emu.v1.Descriptor.$Properties>} descriptors
             * @memberof iommufd_emu.v1.Ioctl
             * @instance
             */
            Ioctl.prototype.descriptors = $util.emptyArray;

            /**
             * Ioctl failNth.
             * @member {number} failNth
             * @memberof iommufd_emu.v1.Ioctl
             * @instance
             */
            Ioctl.prototype.failNth = 0;

            /**
             * Ioctl failOrdinary.
             * @member {boolean} failOrdinary
             * @memberof iommufd_emu.v1.Ioctl
             * @instance
             */
            Ioctl.prototype.failOrdinary = false;

            /**
             * Creates a new Ioctl instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.Ioctl
             * @static
             * @param {iommufd_emu.v1.Ioctl.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.Ioctl} Ioctl instance
             * @type {{
             *   (properties: iommufd_emu.v1.Ioctl.$Shape): iommufd_emu.v1.Ioctl & iommufd_emu.v1.Ioctl.$Shape;
             *   (properties?: iommufd_emu.v1.Ioctl.$Properties): iommufd_emu.v1.Ioctl;
             * }}
             */
            Ioctl.create = function(properties) {
                return new Ioctl(properties);
            };

            /**
             * Encodes the specified Ioctl message. Does not implicitly {@link iommufd_emu.v1.Ioctl.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.Ioctl
             * @static
             * @param {iommufd_emu.v1.Ioctl.$Properties} message Ioctl message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Ioctl.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.request != null && $Object.hasOwnProperty.call(message, "request") && message.request !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.request);
                if (message.argument != null && $Object.hasOwnProperty.call(message, "argument") && (typeof message.argument === "object" ? message.argument.low || message.argument.high : message.argument !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.argument);
                if (message.readable != null && message.readable.length)
                    for (let i = 0; i < message.readable.length; ++i)
                        $root.iommufd_emu.v1.Segment.encode(message.readable[i], writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.writable != null && message.writable.length)
                    for (let i = 0; i < message.writable.length; ++i)
                        $root.iommufd_emu.v1.Window.encode(message.writable[i], writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.descriptors != null && message.descriptors.length)
                    for (let i = 0; i < message.descriptors.length; ++i)
                        $root.iommufd_emu.v1.Descriptor.encode(message.descriptors[i], writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.failNth != null && $Object.hasOwnProperty.call(message, "failNth") && message.failNth !== 0)
                    writer.uint32(/* id 6, wireType 0 =*/48).uint32(message.failNth);
                if (message.failOrdinary != null && $Object.hasOwnProperty.call(message, "failOrdinary") && message.failOrdinary !== false)
                    writer.uint32(/* id 7, wireType 0 =*/56).bool(message.failOrdinary);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Ioctl message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.Ioctl
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Ioctl & iommufd_emu.v1.Ioctl.$Shape} Ioctl
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Ioctl.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.Ioctl();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.request = value;
                            else
                                delete message.request;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.argument = value;
                            else
                                delete message.argument;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (!(message.readable && message.readable.length))
                                message.readable = [];
                            message.readable.push($root.iommufd_emu.v1.Segment.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if (!(message.writable && message.writable.length))
                                message.writable = [];
                            message.writable.push($root.iommufd_emu.v1.Window.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if (!(message.descriptors && message.descriptors.length))
                                message.descriptors = [];
                            message.descriptors.push($root.iommufd_emu.v1.Descriptor.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.failNth = value;
                            else
                                delete message.failNth;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.failOrdinary = value;
                            else
                                delete message.failOrdinary;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Ioctl;
        })();

        v1.Descriptor = (function() {

            /**
             * Properties of a Descriptor.
             * @typedef {Object} iommufd_emu.v1.Descriptor.$Properties
             * @property {number|null} [fd] Descriptor fd
             * @property {Uint8Array|null} [token] Descriptor token
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Descriptor.
             * @memberof iommufd_emu.v1
             * @interface IDescriptor
             * @augments iommufd_emu.v1.Descriptor.$Properties
             * @deprecated Use iommufd_emu.v1.Descriptor.$Properties instead.
             */

            /**
             * Shape of a Descriptor.
             * @typedef {iommufd_emu.v1.Descriptor.$Properties} iommufd_emu.v1.Descriptor.$Shape
             */

            /**
             * Constructs a new Descriptor.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a Descriptor.
             * @constructor
             * @param {iommufd_emu.v1.Descriptor.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Descriptor = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Descriptor fd.
             * @member {number} fd
             * @memberof iommufd_emu.v1.Descriptor
             * @instance
             */
            Descriptor.prototype.fd = 0;

            /**
             * Descriptor token.
             * @member {Uint8Array} token
             * @memberof iommufd_emu.v1.Descriptor
             * @instance
             */
            Descriptor.prototype.token = $util.newBuffer([]);

            /**
             * Creates a new Descriptor instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.Descriptor
             * @static
             * @param {iommufd_emu.v1.Descriptor.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.Descriptor} Descriptor instance
             * @type {{
             *   (properties: iommufd_emu.v1.Descriptor.$Shape): iommufd_emu.v1.Descriptor & iommufd_emu.v1.Descriptor.$Shape;
             *   (properties?: iommufd_emu.v1.Descriptor.$Properties): iommufd_emu.v1.Descriptor;
             * }}
             */
            Descriptor.create = function(properties) {
                return new Descriptor(properties);
            };

            /**
             * Encodes the specified Descriptor message. Does not implicitly {@link iommufd_emu.v1.Descriptor.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.Descriptor
             * @static
             * @param {iommufd_emu.v1.Descriptor.$Properties} message Descriptor message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Descriptor.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.fd != null && $Object.hasOwnProperty.call(message, "fd") && message.fd !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).int32(message.fd);
                if (message.token != null && $Object.hasOwnProperty.call(message, "token") && message.token.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.token);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Descriptor message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.Descriptor
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Descriptor & iommufd_emu.v1.Descriptor.$Shape} Descriptor
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Descriptor.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.Descriptor();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.fd = value;
                            else
                                delete message.fd;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.token = value;
                            else
                                delete message.token;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Descriptor;
        })();

        v1.NewDescriptor = (function() {

            /**
             * Properties of a NewDescriptor.
             * @typedef {Object} iommufd_emu.v1.NewDescriptor.$Properties
             * @property {Uint8Array|null} [token] NewDescriptor token
             * @property {Long|null} [address] NewDescriptor address
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a NewDescriptor.
             * @memberof iommufd_emu.v1
             * @interface INewDescriptor
             * @augments iommufd_emu.v1.NewDescriptor.$Properties
             * @deprecated Use iommufd_emu.v1.NewDescriptor.$Properties instead.
             */

            /**
             * Shape of a NewDescriptor.
             * @typedef {iommufd_emu.v1.NewDescriptor.$Properties} iommufd_emu.v1.NewDescriptor.$Shape
             */

            /**
             * Constructs a new NewDescriptor.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a NewDescriptor.
             * @constructor
             * @param {iommufd_emu.v1.NewDescriptor.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const NewDescriptor = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * NewDescriptor token.
             * @member {Uint8Array} token
             * @memberof iommufd_emu.v1.NewDescriptor
             * @instance
             */
            NewDescriptor.prototype.token = $util.newBuffer([]);

            /**
             * NewDescriptor address.
             * @member {Long} address
             * @memberof iommufd_emu.v1.NewDescriptor
             * @instance
             */
            NewDescriptor.prototype.address = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Creates a new NewDescriptor instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.NewDescriptor
             * @static
             * @param {iommufd_emu.v1.NewDescriptor.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.NewDescriptor} NewDescriptor instance
             * @type {{
             *   (properties: iommufd_emu.v1.NewDescriptor.$Shape): iommufd_emu.v1.NewDescriptor & iommufd_emu.v1.NewDescriptor.$Shape;
             *   (properties?: iommufd_emu.v1.NewDescriptor.$Properties): iommufd_emu.v1.NewDescriptor;
             * }}
             */
            NewDescriptor.create = function(properties) {
                return new NewDescriptor(properties);
            };

            /**
             * Encodes the specified NewDescriptor message. Does not implicitly {@link iommufd_emu.v1.NewDescriptor.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.NewDescriptor
             * @static
             * @param {iommufd_emu.v1.NewDescriptor.$Properties} message NewDescriptor message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            NewDescriptor.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.token != null && $Object.hasOwnProperty.call(message, "token") && message.token.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.token);
                if (message.address != null && $Object.hasOwnProperty.call(message, "address") && (typeof message.address === "object" ? message.address.low || message.address.high : message.address !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.address);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a NewDescriptor message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.NewDescriptor
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.NewDescriptor & iommufd_emu.v1.NewDescriptor.$Shape} NewDescriptor
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            NewDescriptor.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.NewDescriptor();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.token = value;
                            else
                                delete message.token;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.address = value;
                            else
                                delete message.address;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return NewDescriptor;
        })();

        v1.IoctlReply = (function() {

            /**
             * Properties of an IoctlReply.
             * @typedef {Object} iommufd_emu.v1.IoctlReply.$Properties
             * @property {number|null} [result] IoctlReply result
             * @property {Array.<iommufd_emu.v1.Segment.$Properties>|null} [written] IoctlReply written
             * @property {Array.<iommufd_emu.v1.NewDescriptor.$Properties>|null} [descriptors] IoctlReply descriptors
             * @property {number|null} [failNth] IoctlReply failNth
             * @property {Array.<Uint8Array>|null} [emptied] IoctlReply emptied
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an IoctlReply.
             * @memberof iommufd_emu.v1
             * @interface IIoctlReply
             * @augments iommufd_emu.v1.IoctlReply.$Properties
             * @deprecated Use iommufd_emu.v1.IoctlReply.$Properties instead.
             */

            /**
             * Shape of an IoctlReply.
             * @typedef {iommufd_emu.v1.IoctlReply.$Properties} iommufd_emu.v1.IoctlReply.$Shape
             */

            /**
             * Constructs a new IoctlReply.
             * @memberof iommufd_emu.v1
             * @classdesc Represents an IoctlReply.
             * @constructor
             * @param {iommufd_emu.v1.IoctlReply.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const IoctlReply = function (properties) {
                this.written = [];
                this.descriptors = [];
                this.emptied = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * IoctlReply result.
             * @member {number} result
             * @memberof iommufd_emu.v1.IoctlReply
             * @instance
             */
            IoctlReply.prototype.result = 0;

            /**
             * IoctlReply written.
             * @member {Array.<iommufd_emu.v1.Segment.$Properties>} written
             * @memberof iommufd_emu.v1.IoctlReply
             * @instance
             */
            IoctlReply.prototype.written = $util.emptyArray;

            /**
             * IoctlReply descriptors.
             * @member {Array.<iommufd_emu.v1.NewDescriptor.$Properties>} descriptors
             * @memberof iommufd_emu.v1.IoctlReply
             * @instance
             */
            IoctlReply.prototype.descriptors = $util.emptyArray;

            /**
             * IoctlReply failNth.
             * @member {number} failNth
             * @memberof iommufd_emu.v1.IoctlReply
             * @instance
             */
            IoctlReply.prototype.failNth = 0;

            /**
             * IoctlReply emptied.
             * @member {Array.<Uint8Array>} emptied
             * @memberof iommufd_emu.v1.IoctlReply
             * @instance
             */
            IoctlReply.prototype.emptied = $util.emptyArray;

            /**
             * Creates a new IoctlReply instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.IoctlReply
             * @static
             * @param {iommufd_emu.v1.IoctlReply.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.IoctlReply} IoctlReply instance
             * @type {{
             *   (properties: iommufd_emu.v1.IoctlReply.$Shape): iommufd_emu.v1.IoctlReply & iommufd_emu.v1.IoctlReply.$Shape;
             *   (properties?: iommufd_emu.v1.IoctlReply.$Properties): iommufd_emu.v1.IoctlReply;
             * }}
             */
            IoctlReply.create = function(properties) {
                return new IoctlReply(properties);
            };

            /**
             * Encodes the specified IoctlReply message. Does not implicitly {@link iommufd_emu.v1.IoctlReply.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.IoctlReply
             * @static
             * @param {iommufd_emu.v1.IoctlReply.$Properties} message IoctlReply message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            IoctlReply.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.result != null && $Object.hasOwnProperty.call(message, "result") && message.result !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).sint32(message.result);
                if (message.written != null && message.written.length)
                    for (let i = 0; i < message.written.length; ++i)
                        $root.iommufd_emu.v1.Segment.encode(message.written[i], writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.descriptors != null && message.descriptors.length)
                    for (let i = 0; i < message.descriptors.length; ++i)
                        $root.iommufd_emu.v1.NewDescriptor.encode(message.descriptors[i], writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.emptied != null && message.emptied.length)
                    for (let i = 0; i < message.emptied.length; ++i)
                        writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.emptied[i]);
                if (message.failNth != null && $Object.hasOwnProperty.call(message, "failNth") && message.failNth !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.failNth);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an IoctlReply message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.IoctlReply
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.IoctlReply & iommufd_emu.v1.IoctlReply.$Shape} IoctlReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            IoctlReply.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.IoctlReply();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.sint32())
                                message.result = value;
                            else
                                delete message.result;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.written && message.written.length))
                                message.written = [];
                            message.written.push($root.iommufd_emu.v1.Segment.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (!(message.descriptors && message.descriptors.length))
                                message.descriptors = [];
                            message.descriptors.push($root.iommufd_emu.v1.NewDescriptor.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.failNth = value;
                            else
                                delete message.failNth;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if (!(message.emptied && message.emptied.length))
                                message.emptied = [];
                            message.emptied.push(reader.bytes());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return IoctlReply;
        })();

        v1.Batch = (function() {

            /**
             * Properties of a Batch.
             * @typedef {Object} iommufd_emu.v1.Batch.$Properties
             * @property {Array.<iommufd_emu.v1.Ioctl.$Properties>|null} [ioctls] Batch ioctls
             * @property {boolean|null} [stopOnError] Batch stopOnError
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Batch.
             * @memberof iommufd_emu.v1
             * @interface IBatch
             * @augments iommufd_emu.v1.Batch.$Properties
             * @deprecated Use iommufd_emu.v1.Batch.$Properties instead.
             */

            /**
             * Shape of a Batch.
             * @typedef {iommufd_emu.v1.Batch.$Properties} iommufd_emu.v1.Batch.$Shape
             */

            /**
             * Constructs a new Batch.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a Batch.
             * @constructor
             * @param {iommufd_emu.v1.Batch.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Batch = function (properties) {
                this.ioctls = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Batch ioctls.
             * @member {Array.<iommufd_emu.v1.Ioctl.$Properties>} ioctls
             * @memberof iommufd_emu.v1.Batch
             * @instance
             */
            Batch.prototype.ioctls = $util.emptyArray;

            /**
             * Batch stopOnError.
             * @member {boolean} stopOnError
             * @memberof iommufd_emu.v1.Batch
             * @instance
             */
            Batch.prototype.stopOnError = false;

            /**
             * Creates a new Batch instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.Batch
             * @static
             * @param {iommufd_emu.v1.Batch.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.Batch} Batch instance
             * @type {{
             *   (properties: iommufd_emu.v1.Batch.$Shape): iommufd_emu.v1.Batch & iommufd_emu.v1.Batch.$Shape;
             *   (properties?: iommufd_emu.v1.Batch.$Properties): iommufd_emu.v1.Batch;
             * }}
             */
            Batch.create = function(properties) {
                return new Batch(properties);
            };

            /**
             * Encodes the specified Batch message. Does not implicitly {@link iommufd_emu.v1.Batch.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.Batch
             * @static
             * @param {iommufd_emu.v1.Batch.$Properties} message Batch message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Batch.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.ioctls != null && message.ioctls.length)
                    for (let i = 0; i < message.ioctls.length; ++i)
                        $root.iommufd_emu.v1.Ioctl.encode(message.ioctls[i], writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.stopOnError != null && $Object.hasOwnProperty.call(message, "stopOnError") && message.stopOnError !== false)
                    writer.uint32(/* id 2, wireType 0 =*/16).bool(message.stopOnError);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Batch message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.Batch
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Batch & iommufd_emu.v1.Batch.$Shape} Batch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Batch.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.Batch();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.ioctls && message.ioctls.length))
                                message.ioctls = [];
                            message.ioctls.push($root.iommufd_emu.v1.Ioctl.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.stopOnError = value;
                            else
                                delete message.stopOnError;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Batch;
        })();

        v1.BatchReply = (function() {

            /**
             * Properties of a BatchReply.
             * @typedef {Object} iommufd_emu.v1.BatchReply.$Properties
             * @property {Array.<iommufd_emu.v1.IoctlReply.$Properties>|null} [replies] BatchReply replies
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a BatchReply.
             * @memberof iommufd_emu.v1
             * @interface IBatchReply
             * @augments iommufd_emu.v1.BatchReply.$Properties
             * @deprecated Use iommufd_emu.v1.BatchReply.$Properties instead.
             */

            /**
             * Shape of a BatchReply.
             * @typedef {iommufd_emu.v1.BatchReply.$Properties} iommufd_emu.v1.BatchReply.$Shape
             */

            /**
             * Constructs a new BatchReply.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a BatchReply.
             * @constructor
             * @param {iommufd_emu.v1.BatchReply.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const BatchReply = function (properties) {
                this.replies = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * BatchReply replies.
             * @member {Array.<iommufd_emu.v1.IoctlReply.$Properties>} replies
             * @memberof iommufd_emu.v1.BatchReply
             * @instance
             */
            BatchReply.prototype.replies = $util.emptyArray;

            /**
             * Creates a new BatchReply instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.BatchReply
             * @static
             * @param {iommufd_emu.v1.BatchReply.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.BatchReply} BatchReply instance
             * @type {{
             *   (properties: iommufd_emu.v1.BatchReply.$Shape): iommufd_emu.v1.BatchReply & iommufd_emu.v1.BatchReply.$Shape;
             *   (properties?: iommufd_emu.v1.BatchReply.$Properties): iommufd_emu.v1.BatchReply;
             * }}
             */
            BatchReply.create = function(properties) {
                return new BatchReply(properties);
            };

            /**
             * Encodes the specified BatchReply message. Does not implicitly {@link iommufd_emu.v1.BatchReply.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.BatchReply
             * @static
             * @param {iommufd_emu.v1.BatchReply.$Properties} message BatchReply message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            BatchReply.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.replies != null && message.replies.length)
                    for (let i = 0; i < message.replies.length; ++i)
                        $root.iommufd_emu.v1.IoctlReply.encode(message.replies[i], writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a BatchReply message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.BatchReply
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.BatchReply & iommufd_emu.v1.BatchReply.$Shape} BatchReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            BatchReply.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.BatchReply();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.replies && message.replies.length))
                                message.replies = [];
                            message.replies.push($root.iommufd_emu.v1.IoctlReply.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return BatchReply;
        })();

        v1.Read = (function() {

            /**
             * Properties of a Read.
             * @typedef {Object} iommufd_emu.v1.Read.$Properties
             * @property {Long|null} [address] Read address
             * @property {Long|null} [count] Read count
             * @property {Array.<iommufd_emu.v1.Window.$Properties>|null} [writable] Read writable
             * @property {Long|null} [offset] Read offset
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Read.
             * @memberof iommufd_emu.v1
             * @interface IRead
             * @augments iommufd_emu.v1.Read.$Properties
             * @deprecated Use iommufd_emu.v1.Read.$Properties instead.
             */

            /**
             * Shape of a Read.
             * @typedef {iommufd_emu.v1.Read.$Properties} iommufd_emu.v1.Read.$Shape
             */

            /**
             * Constructs a new Read.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a Read.
             * @constructor
             * @param {iommufd_emu.v1.Read.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Read = function (properties) {
                this.writable = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Read address.
             * @member {Long} address
             * @memberof iommufd_emu.v1.Read
             * @instance
             */
            Read.prototype.address = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Read count.
             * @member {Long} count
             * @memberof iommufd_emu.v1.Read
             * @instance
             */
            Read.prototype.count = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Read writable.
             * @member {Array.<iommufd_emu.v1.Window.$Properties>} writable
             * @memberof iommufd_emu.v1.Read
             * @instance
             */
            Read.prototype.writable = $util.emptyArray;

            /**
             * Read offset.
             * @member {Long|null|undefined} offset
             * @memberof iommufd_emu.v1.Read
             * @instance
             */
            Read.prototype.offset = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Read.prototype, "_offset", {
                get: $util.oneOfGetter($oneOfFields = ["offset"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Creates a new Read instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.Read
             * @static
             * @param {iommufd_emu.v1.Read.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.Read} Read instance
             * @type {{
             *   (properties: iommufd_emu.v1.Read.$Shape): iommufd_emu.v1.Read & iommufd_emu.v1.Read.$Shape;
             *   (properties?: iommufd_emu.v1.Read.$Properties): iommufd_emu.v1.Read;
             * }}
             */
            Read.create = function(properties) {
                return new Read(properties);
            };

            /**
             * Encodes the specified Read message. Does not implicitly {@link iommufd_emu.v1.Read.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.Read
             * @static
             * @param {iommufd_emu.v1.Read.$Properties} message Read message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Read.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.address != null && $Object.hasOwnProperty.call(message, "address") && (typeof message.address === "object" ? message.address.low || message.address.high : message.address !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.address);
                if (message.count != null && $Object.hasOwnProperty.call(message, "count") && (typeof message.count === "object" ? message.count.low || message.count.high : message.count !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.count);
                if (message.writable != null && message.writable.length)
                    for (let i = 0; i < message.writable.length; ++i)
                        $root.iommufd_emu.v1.Window.encode(message.writable[i], writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.offset != null && $Object.hasOwnProperty.call(message, "offset"))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.offset);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Read message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.Read
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Read & iommufd_emu.v1.Read.$Shape} Read
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Read.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.Read();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.address = value;
                            else
                                delete message.address;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.count = value;
                            else
                                delete message.count;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if (!(message.writable && message.writable.length))
                                message.writable = [];
                            message.writable.push($root.iommufd_emu.v1.Window.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            message.offset = reader.uint64();
                            message._offset = "offset";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Read;
        })();

        v1.Write = (function() {

            /**
             * Properties of a Write.
             * @typedef {Object} iommufd_emu.v1.Write.$Properties
             * @property {Long|null} [address] Write address
             * @property {Long|null} [count] Write count
             * @property {Array.<iommufd_emu.v1.Segment.$Properties>|null} [readable] Write readable
             * @property {Long|null} [offset] Write offset
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Write.
             * @memberof iommufd_emu.v1
             * @interface IWrite
             * @augments iommufd_emu.v1.Write.$Properties
             * @deprecated Use iommufd_emu.v1.Write.$Properties instead.
             */

            /**
             * Shape of a Write.
             * @typedef {iommufd_emu.v1.Write.$Properties} iommufd_emu.v1.Write.$Shape
             */

            /**
             * Constructs a new Write.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a Write.
             * @constructor
             * @param {iommufd_emu.v1.Write.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Write = function (properties) {
                this.readable = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Write address.
             * @member {Long} address
             * @memberof iommufd_emu.v1.Write
             * @instance
             */
            Write.prototype.address = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Write count.
             * @member {Long} count
             * @memberof iommufd_emu.v1.Write
             * @instance
             */
            Write.prototype.count = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Write readable.
             * @member {Array.<iommufd_emu.v1.Segment.$Properties>} readable
             * @memberof iommufd_emu.v1.Write
             * @instance
             */
            Write.prototype.readable = $util.emptyArray;

            /**
             * Write offset.
             * @member {Long|null|undefined} offset
             * @memberof iommufd_emu.v1.Write
             * @instance
             */
            Write.prototype.offset = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Write.prototype, "_offset", {
                get: $util.oneOfGetter($oneOfFields = ["offset"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Creates a new Write instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.Write
             * @static
             * @param {iommufd_emu.v1.Write.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.Write} Write instance
             * @type {{
             *   (properties: iommufd_emu.v1.Write.$Shape): iommufd_emu.v1.Write & iommufd_emu.v1.Write.$Shape;
             *   (properties?: iommufd_emu.v1.Write.$Properties): iommufd_emu.v1.Write;
             * }}
             */
            Write.create = function(properties) {
                return new Write(properties);
            };

            /**
             * Encodes the specified Write message. Does not implicitly {@link iommufd_emu.v1.Write.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.Write
             * @static
             * @param {iommufd_emu.v1.Write.$Properties} message Write message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Write.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.address != null && $Object.hasOwnProperty.call(message, "address") && (typeof message.address === "object" ? message.address.low || message.address.high : message.address !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.address);
                if (message.count != null && $Object.hasOwnProperty.call(message, "count") && (typeof message.count === "object" ? message.count.low || message.count.high : message.count !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.count);
                if (message.readable != null && message.readable.length)
                    for (let i = 0; i < message.readable.length; ++i)
                        $root.iommufd_emu.v1.Segment.encode(message.readable[i], writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.offset != null && $Object.hasOwnProperty.call(message, "offset"))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.offset);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Write message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.Write
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Write & iommufd_emu.v1.Write.$Shape} Write
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Write.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.Write();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.address = value;
                            else
                                delete message.address;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.count = value;
                            else
                                delete message.count;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (!(message.readable && message.readable.length))
                                message.readable = [];
                            message.readable.push($root.iommufd_emu.v1.Segment.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            message.offset = reader.uint64();
                            message._offset = "offset";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Write;
        })();

        v1.FileReply = (function() {

            /**
             * Properties of a FileReply.
             * @typedef {Object} iommufd_emu.v1.FileReply.$Properties
             * @property {number|null} [result] FileReply result
             * @property {Array.<iommufd_emu.v1.Segment.$Properties>|null} [written] FileReply written
             * @property {number|null} [withdrawn] FileReply withdrawn
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a FileReply.
             * @memberof iommufd_emu.v1
             * @interface IFileReply
             * @augments iommufd_emu.v1.FileReply.$Properties
             * @deprecated Use iommufd_emu.v1.FileReply.$Properties instead.
             */

            /**
             * Shape of a FileReply.
             * @typedef {iommufd_emu.v1.FileReply.$Properties} iommufd_emu.v1.FileReply.$Shape
             */

            /**
             * Constructs a new FileReply.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a FileReply.
             * @constructor
             * @param {iommufd_emu.v1.FileReply.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const FileReply = function (properties) {
                this.written = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * FileReply result.
             * @member {number} result
             * @memberof iommufd_emu.v1.FileReply
             * @instance
             */
            FileReply.prototype.result = 0;

            /**
             * FileReply written.
             * @member {Array.<iommufd_emu.v1.Segment.$Properties>} written
             * @memberof iommufd_emu.v1.FileReply
             * @instance
             */
            FileReply.prototype.written = $util.emptyArray;

            /**
             * FileReply withdrawn.
             * @member {number} withdrawn
             * @memberof iommufd_emu.v1.FileReply
             * @instance
             */
            FileReply.prototype.withdrawn = 0;

            /**
             * Creates a new FileReply instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.FileReply
             * @static
             * @param {iommufd_emu.v1.FileReply.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.FileReply} FileReply instance
             * @type {{
             *   (properties: iommufd_emu.v1.FileReply.$Shape): iommufd_emu.v1.FileReply & iommufd_emu.v1.FileReply.$Shape;
             *   (properties?: iommufd_emu.v1.FileReply.$Properties): iommufd_emu.v1.FileReply;
             * }}
             */
            FileReply.create = function(properties) {
                return new FileReply(properties);
            };

            /**
             * Encodes the specified FileReply message. Does not implicitly {@link iommufd_emu.v1.FileReply.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.FileReply
             * @static
             * @param {iommufd_emu.v1.FileReply.$Properties} message FileReply message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            FileReply.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.result != null && $Object.hasOwnProperty.call(message, "result") && message.result !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).sint32(message.result);
                if (message.written != null && message.written.length)
                    for (let i = 0; i < message.written.length; ++i)
                        $root.iommufd_emu.v1.Segment.encode(message.written[i], writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.withdrawn != null && $Object.hasOwnProperty.call(message, "withdrawn") && message.withdrawn !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.withdrawn);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a FileReply message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.FileReply
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.FileReply & iommufd_emu.v1.FileReply.$Shape} FileReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            FileReply.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.FileReply();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.sint32())
                                message.result = value;
                            else
                                delete message.result;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.written && message.written.length))
                                message.written = [];
                            message.written.push($root.iommufd_emu.v1.Segment.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.withdrawn = value;
                            else
                                delete message.withdrawn;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return FileReply;
        })();

        v1.Map = (function() {

            /**
             * Properties of a Map.
             * @typedef {Object} iommufd_emu.v1.Map.$Properties
             * @property {Long|null} [offset] Map offset
             * @property {Long|null} [length] Map length
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Map.
             * @memberof iommufd_emu.v1
             * @interface IMap
             * @augments iommufd_emu.v1.Map.$Properties
             * @deprecated Use iommufd_emu.v1.Map.$Properties instead.
             */

            /**
             * Shape of a Map.
             * @typedef {iommufd_emu.v1.Map.$Properties} iommufd_emu.v1.Map.$Shape
             */

            /**
             * Constructs a new Map.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a Map.
             * @constructor
             * @param {iommufd_emu.v1.Map.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Map = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Map offset.
             * @member {Long} offset
             * @memberof iommufd_emu.v1.Map
             * @instance
             */
            Map.prototype.offset = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Map length.
             * @member {Long} length
             * @memberof iommufd_emu.v1.Map
             * @instance
             */
            Map.prototype.length = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Creates a new Map instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.Map
             * @static
             * @param {iommufd_emu.v1.Map.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.Map} Map instance
             * @type {{
             *   (properties: iommufd_emu.v1.Map.$Shape): iommufd_emu.v1.Map & iommufd_emu.v1.Map.$Shape;
             *   (properties?: iommufd_emu.v1.Map.$Properties): iommufd_emu.v1.Map;
             * }}
             */
            Map.create = function(properties) {
                return new Map(properties);
            };

            /**
             * Encodes the specified Map message. Does not implicitly {@link iommufd_emu.v1.Map.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.Map
             * @static
             * @param {iommufd_emu.v1.Map.$Properties} message Map message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Map.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.offset != null && $Object.hasOwnProperty.call(message, "offset") && (typeof message.offset === "object" ? message.offset.low || message.offset.high : message.offset !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.offset);
                if (message.length != null && $Object.hasOwnProperty.call(message, "length") && (typeof message.length === "object" ? message.length.low || message.length.high : message.length !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.length);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Map message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.Map
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Map & iommufd_emu.v1.Map.$Shape} Map
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Map.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.Map();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.offset = value;
                            else
                                delete message.offset;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.length = value;
                            else
                                delete message.length;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Map;
        })();

        v1.MapReply = (function() {

            /**
             * Properties of a MapReply.
             * @typedef {Object} iommufd_emu.v1.MapReply.$Properties
             * @property {number|null} [error] MapReply error
             * @property {string|null} [path] MapReply path
             * @property {Uint8Array|null} [token] MapReply token
             * @property {Array.<iommufd_emu.v1.MappedPiece.$Properties>|null} [pieces] MapReply pieces
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a MapReply.
             * @memberof iommufd_emu.v1
             * @interface IMapReply
             * @augments iommufd_emu.v1.MapReply.$Properties
             * @deprecated Use iommufd_emu.v1.MapReply.$Properties instead.
             */

            /**
             * Shape of a MapReply.
             * @typedef {iommufd_emu.v1.MapReply.$Properties} iommufd_emu.v1.MapReply.$Shape
             */

            /**
             * Constructs a new MapReply.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a MapReply.
             * @constructor
             * @param {iommufd_emu.v1.MapReply.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const MapReply = function (properties) {
                this.pieces = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * MapReply error.
             * @member {number} error
             * @memberof iommufd_emu.v1.MapReply
             * @instance
             */
            MapReply.prototype.error = 0;

            /**
             * MapReply path.
             * @member {string} path
             * @memberof iommufd_emu.v1.MapReply
             * @instance
             */
            MapReply.prototype.path = "";

            /**
             * MapReply token.
             * @member {Uint8Array} token
             * @memberof iommufd_emu.v1.MapReply
             * @instance
             */
            MapReply.prototype.token = $util.newBuffer([]);

            /**
             * MapReply pieces.
             * @member {Array.<iommufd_emu.v1.MappedPiece.$Properties>} pieces
             * @memberof iommufd_emu.v1.MapReply
             * @instance
             */
            MapReply.prototype.pieces = $util.emptyArray;

            /**
             * Creates a new MapReply instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.MapReply
             * @static
             * @param {iommufd_emu.v1.MapReply.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.MapReply} MapReply instance
             * @type {{
             *   (properties: iommufd_emu.v1.MapReply.$Shape): iommufd_emu.v1.MapReply & iommufd_emu.v1.MapReply.$Shape;
             *   (properties?: iommufd_emu.v1.MapReply.$Properties): iommufd_emu.v1.MapReply;
             * }}
             */
            MapReply.create = function(properties) {
                return new MapReply(properties);
            };

            /**
             * Encodes the specified MapReply message. Does not implicitly {@link iommufd_emu.v1.MapReply.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.MapReply
             * @static
             * @param {iommufd_emu.v1.MapReply.$Properties} message MapReply message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            MapReply.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.error != null && $Object.hasOwnProperty.call(message, "error") && message.error !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).int32(message.error);
                if (message.path != null && $Object.hasOwnProperty.call(message, "path") && message.path !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.path);
                if (message.token != null && $Object.hasOwnProperty.call(message, "token") && message.token.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.token);
                if (message.pieces != null && message.pieces.length)
                    for (let i = 0; i < message.pieces.length; ++i)
                        $root.iommufd_emu.v1.MappedPiece.encode(message.pieces[i], writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a MapReply message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.MapReply
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.MapReply & iommufd_emu.v1.MapReply.$Shape} MapReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            MapReply.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.MapReply();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.error = value;
                            else
                                delete message.error;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.path = value;
                            else
                                delete message.path;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.token = value;
                            else
                                delete message.token;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if (!(message.pieces && message.pieces.length))
                                message.pieces = [];
                            message.pieces.push($root.iommufd_emu.v1.MappedPiece.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return MapReply;
        })();

        v1.MappedPiece = (function() {

            /**
             * Properties of a MappedPiece.
             * @typedef {Object} iommufd_emu.v1.MappedPiece.$Properties
             * @property {Long|null} [offset] MappedPiece offset
             * @property {Long|null} [length] MappedPiece length
             * @property {boolean|null} [registers] MappedPiece registers
             * @property {Long|null} [fileOffset] MappedPiece fileOffset
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a MappedPiece.
             * @memberof iommufd_emu.v1
             * @interface IMappedPiece
             * @augments iommufd_emu.v1.MappedPiece.$Properties
             * @deprecated Use iommufd_emu.v1.MappedPiece.$Properties instead.
             */

            /**
             * Shape of a MappedPiece.
             * @typedef {iommufd_emu.v1.MappedPiece.$Properties} iommufd_emu.v1.MappedPiece.$Shape
             */

            /**
             * Constructs a new MappedPiece.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a MappedPiece.
             * @constructor
             * @param {iommufd_emu.v1.MappedPiece.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const MappedPiece = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * MappedPiece offset.
             * @member {Long} offset
             * @memberof iommufd_emu.v1.MappedPiece
             * @instance
             */
            MappedPiece.prototype.offset = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * MappedPiece length.
             * @member {Long} length
             * @memberof iommufd_emu.v1.MappedPiece
             * @instance
             */
            MappedPiece.prototype.length = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * MappedPiece registers.
             * @member {boolean} registers
             * @memberof iommufd_emu.v1.MappedPiece
             * @instance
             */
            MappedPiece.prototype.registers = false;

            /**
             * MappedPiece fileOffset.
             * @member {Long} fileOffset
             * @memberof iommufd_emu.v1.MappedPiece
             * @instance
             */
            MappedPiece.prototype.fileOffset = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Creates a new MappedPiece instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.MappedPiece
             * @static
             * @param {iommufd_emu.v1.MappedPiece.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.MappedPiece} MappedPiece instance
             * @type {{
             *   (properties: iommufd_emu.v1.MappedPiece.$Shape): iommufd_emu.v1.MappedPiece & iommufd_emu.v1.MappedPiece.$Shape;
             *   (properties?: iommufd_emu.v1.MappedPiece.$Properties): iommufd_emu.v1.MappedPiece;
             * }}
             */
            MappedPiece.create = function(properties) {
                return new MappedPiece(properties);
            };

            /**
             * Encodes the specified MappedPiece message. Does not implicitly {@link iommufd_emu.v1.MappedPiece.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.MappedPiece
             * @static
             * @param {iommufd_emu.v1.MappedPiece.$Properties} message MappedPiece message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            MappedPiece.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.offset != null && $Object.hasOwnProperty.call(message, "offset") && (typeof message.offset === "object" ? message.offset.low || message.offset.high : message.offset !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.offset);
                if (message.length != null && $Object.hasOwnProperty.call(message, "length") && (typeof message.length === "object" ? message.length.low || message.length.high : message.length !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.length);
                if (message.registers != null && $Object.hasOwnProperty.call(message, "registers") && message.registers !== false)
                    writer.uint32(/* id 3, wireType 0 =*/24).bool(message.registers);
                if (message.fileOffset != null && $Object.hasOwnProperty.call(message, "fileOffset") && (typeof message.fileOffset === "object" ? message.fileOffset.low || message.fileOffset.high : message.fileOffset !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.fileOffset);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a MappedPiece message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.MappedPiece
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.MappedPiece & iommufd_emu.v1.MappedPiece.$Shape} MappedPiece
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            MappedPiece.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.MappedPiece();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.offset = value;
                            else
                                delete message.offset;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.length = value;
                            else
                                delete message.length;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.registers = value;
                            else
                                delete message.registers;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.fileOffset = value;
                            else
                                delete message.fileOffset;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return MappedPiece;
        })();

        v1.Access = (function() {

            /**
             * Properties of an Access.
             * @typedef {Object} iommufd_emu.v1.Access.$Properties
             * @property {Long|null} [offset] Access offset
             * @property {number|null} [length] Access length
             * @property {Uint8Array|null} [data] Access data
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Access.
             * @memberof iommufd_emu.v1
             * @interface IAccess
             * @augments iommufd_emu.v1.Access.$Properties
             * @deprecated Use iommufd_emu.v1.Access.$Properties instead.
             */

            /**
             * Shape of an Access.
             * @typedef {iommufd_emu.v1.Access.$Properties} iommufd_emu.v1.Access.$Shape
             */

            /**
             * Constructs a new Access.
             * @memberof iommufd_emu.v1
             * @classdesc Represents an Access.
             * @constructor
             * @param {iommufd_emu.v1.Access.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Access = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Access offset.
             * @member {Long} offset
             * @memberof iommufd_emu.v1.Access
             * @instance
             */
            Access.prototype.offset = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Access length.
             * @member {number} length
             * @memberof iommufd_emu.v1.Access
             * @instance
             */
            Access.prototype.length = 0;

            /**
             * Access data.
             * @member {Uint8Array} data
             * @memberof iommufd_emu.v1.Access
             * @instance
             */
            Access.prototype.data = $util.newBuffer([]);

            /**
             * Creates a new Access instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.Access
             * @static
             * @param {iommufd_emu.v1.Access.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.Access} Access instance
             * @type {{
             *   (properties: iommufd_emu.v1.Access.$Shape): iommufd_emu.v1.Access & iommufd_emu.v1.Access.$Shape;
             *   (properties?: iommufd_emu.v1.Access.$Properties): iommufd_emu.v1.Access;
             * }}
             */
            Access.create = function(properties) {
                return new Access(properties);
            };

            /**
             * Encodes the specified Access message. Does not implicitly {@link iommufd_emu.v1.Access.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.Access
             * @static
             * @param {iommufd_emu.v1.Access.$Properties} message Access message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Access.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.offset != null && $Object.hasOwnProperty.call(message, "offset") && (typeof message.offset === "object" ? message.offset.low || message.offset.high : message.offset !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.offset);
                if (message.length != null && $Object.hasOwnProperty.call(message, "length") && message.length !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.length);
                if (message.data != null && $Object.hasOwnProperty.call(message, "data") && message.data.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.data);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Access message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.Access
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Access & iommufd_emu.v1.Access.$Shape} Access
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Access.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.Access();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.offset = value;
                            else
                                delete message.offset;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.length = value;
                            else
                                delete message.length;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.data = value;
                            else
                                delete message.data;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Access;
        })();

        v1.AccessReply = (function() {

            /**
             * Properties of an AccessReply.
             * @typedef {Object} iommufd_emu.v1.AccessReply.$Properties
             * @property {number|null} [error] AccessReply error
             * @property {Uint8Array|null} [data] AccessReply data
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an AccessReply.
             * @memberof iommufd_emu.v1
             * @interface IAccessReply
             * @augments iommufd_emu.v1.AccessReply.$Properties
             * @deprecated Use iommufd_emu.v1.AccessReply.$Properties instead.
             */

            /**
             * Shape of an AccessReply.
             * @typedef {iommufd_emu.v1.AccessReply.$Properties} iommufd_emu.v1.AccessReply.$Shape
             */

            /**
             * Constructs a new AccessReply.
             * @memberof iommufd_emu.v1
             * @classdesc Represents an AccessReply.
             * @constructor
             * @param {iommufd_emu.v1.AccessReply.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const AccessReply = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * AccessReply error.
             * @member {number} error
             * @memberof iommufd_emu.v1.AccessReply
             * @instance
             */
            AccessReply.prototype.error = 0;

            /**
             * AccessReply data.
             * @member {Uint8Array} data
             * @memberof iommufd_emu.v1.AccessReply
             * @instance
             */
            AccessReply.prototype.data = $util.newBuffer([]);

            /**
             * Creates a new AccessReply instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.AccessReply
             * @static
             * @param {iommufd_emu.v1.AccessReply.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.AccessReply} AccessReply instance
             * @type {{
             *   (properties: iommufd_emu.v1.AccessReply.$Shape): iommufd_emu.v1.AccessReply & iommufd_emu.v1.AccessReply.$Shape;
             *   (properties?: iommufd_emu.v1.AccessReply.$Properties): iommufd_emu.v1.AccessReply;
             * }}
             */
            AccessReply.create = function(properties) {
                return new AccessReply(properties);
            };

            /**
             * Encodes the specified AccessReply message. Does not implicitly {@link iommufd_emu.v1.AccessReply.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.AccessReply
             * @static
             * @param {iommufd_emu.v1.AccessReply.$Properties} message AccessReply message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            AccessReply.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.error != null && $Object.hasOwnProperty.call(message, "error") && message.error !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).int32(message.error);
                if (message.data != null && $Object.hasOwnProperty.call(message, "data") && message.data.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.data);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an AccessReply message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.AccessReply
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.AccessReply & iommufd_emu.v1.AccessReply.$Shape} AccessReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            AccessReply.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.AccessReply();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.error = value;
                            else
                                delete message.error;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.data = value;
                            else
                                delete message.data;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return AccessReply;
        })();

        v1.Readable = (function() {

            /**
             * Properties of a Readable.
             * @typedef {Object} iommufd_emu.v1.Readable.$Properties
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Readable.
             * @memberof iommufd_emu.v1
             * @interface IReadable
             * @augments iommufd_emu.v1.Readable.$Properties
             * @deprecated Use iommufd_emu.v1.Readable.$Properties instead.
             */

            /**
             * Shape of a Readable.
             * @typedef {iommufd_emu.v1.Readable.$Properties} iommufd_emu.v1.Readable.$Shape
             */

            /**
             * Constructs a new Readable.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a Readable.
             * @constructor
             * @param {iommufd_emu.v1.Readable.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Readable = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Creates a new Readable instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.Readable
             * @static
             * @param {iommufd_emu.v1.Readable.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.Readable} Readable instance
             * @type {{
             *   (properties: iommufd_emu.v1.Readable.$Shape): iommufd_emu.v1.Readable & iommufd_emu.v1.Readable.$Shape;
             *   (properties?: iommufd_emu.v1.Readable.$Properties): iommufd_emu.v1.Readable;
             * }}
             */
            Readable.create = function(properties) {
                return new Readable(properties);
            };

            /**
             * Encodes the specified Readable message. Does not implicitly {@link iommufd_emu.v1.Readable.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.Readable
             * @static
             * @param {iommufd_emu.v1.Readable.$Properties} message Readable message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Readable.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Readable message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.Readable
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Readable & iommufd_emu.v1.Readable.$Shape} Readable
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Readable.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.Readable();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    reader.skipType(tag & 7, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Readable;
        })();

        v1.RegionAdd = (function() {

            /**
             * Properties of a RegionAdd.
             * @typedef {Object} iommufd_emu.v1.RegionAdd.$Properties
             * @property {Long|null} [address] RegionAdd address
             * @property {Long|null} [length] RegionAdd length
             * @property {boolean|null} [writable] RegionAdd writable
             * @property {string|null} [path] RegionAdd path
             * @property {number|null} [fd] RegionAdd fd
             * @property {boolean|null} [callback] RegionAdd callback
             * @property {Long|null} [offset] RegionAdd offset
             * @property {"path"|"fd"|"callback"} [backing] RegionAdd backing
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a RegionAdd.
             * @memberof iommufd_emu.v1
             * @interface IRegionAdd
             * @augments iommufd_emu.v1.RegionAdd.$Properties
             * @deprecated Use iommufd_emu.v1.RegionAdd.$Properties instead.
             */

            /**
             * Narrowed shape of a RegionAdd.
             * @typedef {{
             *   address?: Long|null;
             *   length?: Long|null;
             *   writable?: boolean|null;
             *   path?: string|null;
             *   fd?: number|null;
             *   callback?: boolean|null;
             *   offset?: Long|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ backing?: undefined; path?: null; fd?: null; callback?: null }|{ backing?: "path"; path: string; fd?: null; callback?: null }|{ backing?: "fd"; path?: null; fd: number; callback?: null }|{ backing?: "callback"; path?: null; fd?: null; callback: boolean })
             * )} iommufd_emu.v1.RegionAdd.$Shape
             */

            /**
             * Constructs a new RegionAdd.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a RegionAdd.
             * @constructor
             * @param {iommufd_emu.v1.RegionAdd.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const RegionAdd = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * RegionAdd address.
             * @member {Long} address
             * @memberof iommufd_emu.v1.RegionAdd
             * @instance
             */
            RegionAdd.prototype.address = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * RegionAdd length.
             * @member {Long} length
             * @memberof iommufd_emu.v1.RegionAdd
             * @instance
             */
            RegionAdd.prototype.length = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * RegionAdd writable.
             * @member {boolean} writable
             * @memberof iommufd_emu.v1.RegionAdd
             * @instance
             */
            RegionAdd.prototype.writable = false;

            /**
             * RegionAdd path.
             * @member {string|null|undefined} path
             * @memberof iommufd_emu.v1.RegionAdd
             * @instance
             */
            RegionAdd.prototype.path = null;

            /**
             * RegionAdd fd.
             * @member {number|null|undefined} fd
             * @memberof iommufd_emu.v1.RegionAdd
             * @instance
             */
            RegionAdd.prototype.fd = null;

            /**
             * RegionAdd callback.
             * @member {boolean|null|undefined} callback
             * @memberof iommufd_emu.v1.RegionAdd
             * @instance
             */
            RegionAdd.prototype.callback = null;

            /**
             * RegionAdd offset.
             * @member {Long} offset
             * @memberof iommufd_emu.v1.RegionAdd
             * @instance
             */
            RegionAdd.prototype.offset = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * RegionAdd backing.
             * @member {"path"|"fd"|"callback"|undefined} backing
             * @memberof iommufd_emu.v1.RegionAdd
             * @instance
             */
            $Object.defineProperty(RegionAdd.prototype, "backing", {
                get: $util.oneOfGetter($oneOfFields = ["path", "fd", "callback"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Creates a new RegionAdd instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.RegionAdd
             * @static
             * @param {iommufd_emu.v1.RegionAdd.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.RegionAdd} RegionAdd instance
             * @type {{
             *   (properties: iommufd_emu.v1.RegionAdd.$Shape): iommufd_emu.v1.RegionAdd & iommufd_emu.v1.RegionAdd.$Shape;
             *   (properties?: iommufd_emu.v1.RegionAdd.$Properties): iommufd_emu.v1.RegionAdd;
             * }}
             */
            RegionAdd.create = function(properties) {
                return new RegionAdd(properties);
            };

            /**
             * Encodes the specified RegionAdd message. Does not implicitly {@link iommufd_emu.v1.RegionAdd.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.RegionAdd
             * @static
             * @param {iommufd_emu.v1.RegionAdd.$Properties} message RegionAdd message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            RegionAdd.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.address != null && $Object.hasOwnProperty.call(message, "address") && (typeof message.address === "object" ? message.address.low || message.address.high : message.address !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.address);
                if (message.length != null && $Object.hasOwnProperty.call(message, "length") && (typeof message.length === "object" ? message.length.low || message.length.high : message.length !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.length);
                if (message.writable != null && $Object.hasOwnProperty.call(message, "writable") && message.writable !== false)
                    writer.uint32(/* id 3, wireType 0 =*/24).bool(message.writable);
                if (message.path != null && $Object.hasOwnProperty.call(message, "path"))
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.path);
                if (message.fd != null && $Object.hasOwnProperty.call(message, "fd"))
                    writer.uint32(/* id 5, wireType 0 =*/40).int32(message.fd);
                if (message.callback != null && $Object.hasOwnProperty.call(message, "callback"))
                    writer.uint32(/* id 6, wireType 0 =*/48).bool(message.callback);
                if (message.offset != null && $Object.hasOwnProperty.call(message, "offset") && (typeof message.offset === "object" ? message.offset.low || message.offset.high : message.offset !== 0))
                    writer.uint32(/* id 7, wireType 0 =*/56).uint64(message.offset);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a RegionAdd message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.RegionAdd
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.RegionAdd & iommufd_emu.v1.RegionAdd.$Shape} RegionAdd
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            RegionAdd.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.RegionAdd();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.address = value;
                            else
                                delete message.address;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.length = value;
                            else
                                delete message.length;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.writable = value;
                            else
                                delete message.writable;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.path = reader.stringVerify();
                            message.backing = "path";
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            message.fd = reader.int32();
                            message.backing = "fd";
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            message.callback = reader.bool();
                            message.backing = "callback";
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.offset = value;
                            else
                                delete message.offset;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return RegionAdd;
        })();

        v1.RegionRemove = (function() {

            /**
             * Properties of a RegionRemove.
             * @typedef {Object} iommufd_emu.v1.RegionRemove.$Properties
             * @property {Long|null} [address] RegionRemove address
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a RegionRemove.
             * @memberof iommufd_emu.v1
             * @interface IRegionRemove
             * @augments iommufd_emu.v1.RegionRemove.$Properties
             * @deprecated Use iommufd_emu.v1.RegionRemove.$Properties instead.
             */

            /**
             * Shape of a RegionRemove.
             * @typedef {iommufd_emu.v1.RegionRemove.$Properties} iommufd_emu.v1.RegionRemove.$Shape
             */

            /**
             * Constructs a new RegionRemove.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a RegionRemove.
             * @constructor
             * @param {iommufd_emu.v1.RegionRemove.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const RegionRemove = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * RegionRemove address.
             * @member {Long} address
             * @memberof iommufd_emu.v1.RegionRemove
             * @instance
             */
            RegionRemove.prototype.address = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Creates a new RegionRemove instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.RegionRemove
             * @static
             * @param {iommufd_emu.v1.RegionRemove.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.RegionRemove} RegionRemove instance
             * @type {{
             *   (properties: iommufd_emu.v1.RegionRemove.$Shape): iommufd_emu.v1.RegionRemove & iommufd_emu.v1.RegionRemove.$Shape;
             *   (properties?: iommufd_emu.v1.RegionRemove.$Properties): iommufd_emu.v1.RegionRemove;
             * }}
             */
            RegionRemove.create = function(properties) {
                return new RegionRemove(properties);
            };

            /**
             * Encodes the specified RegionRemove message. Does not implicitly {@link iommufd_emu.v1.RegionRemove.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.RegionRemove
             * @static
             * @param {iommufd_emu.v1.RegionRemove.$Properties} message RegionRemove message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            RegionRemove.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.address != null && $Object.hasOwnProperty.call(message, "address") && (typeof message.address === "object" ? message.address.low || message.address.high : message.address !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.address);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a RegionRemove message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.RegionRemove
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.RegionRemove & iommufd_emu.v1.RegionRemove.$Shape} RegionRemove
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            RegionRemove.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.RegionRemove();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.address = value;
                            else
                                delete message.address;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return RegionRemove;
        })();

        v1.Keep = (function() {

            /**
             * Properties of a Keep.
             * @typedef {Object} iommufd_emu.v1.Keep.$Properties
             * @property {Long|null} [address] Keep address
             * @property {Uint8Array|null} [mark] Keep mark
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Keep.
             * @memberof iommufd_emu.v1
             * @interface IKeep
             * @augments iommufd_emu.v1.Keep.$Properties
             * @deprecated Use iommufd_emu.v1.Keep.$Properties instead.
             */

            /**
             * Shape of a Keep.
             * @typedef {iommufd_emu.v1.Keep.$Properties} iommufd_emu.v1.Keep.$Shape
             */

            /**
             * Constructs a new Keep.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a Keep.
             * @constructor
             * @param {iommufd_emu.v1.Keep.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Keep = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Keep address.
             * @member {Long} address
             * @memberof iommufd_emu.v1.Keep
             * @instance
             */
            Keep.prototype.address = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Keep mark.
             * @member {Uint8Array} mark
             * @memberof iommufd_emu.v1.Keep
             * @instance
             */
            Keep.prototype.mark = $util.newBuffer([]);

            /**
             * Creates a new Keep instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.Keep
             * @static
             * @param {iommufd_emu.v1.Keep.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.Keep} Keep instance
             * @type {{
             *   (properties: iommufd_emu.v1.Keep.$Shape): iommufd_emu.v1.Keep & iommufd_emu.v1.Keep.$Shape;
             *   (properties?: iommufd_emu.v1.Keep.$Properties): iommufd_emu.v1.Keep;
             * }}
             */
            Keep.create = function(properties) {
                return new Keep(properties);
            };

            /**
             * Encodes the specified Keep message. Does not implicitly {@link iommufd_emu.v1.Keep.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.Keep
             * @static
             * @param {iommufd_emu.v1.Keep.$Properties} message Keep message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Keep.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.address != null && $Object.hasOwnProperty.call(message, "address") && (typeof message.address === "object" ? message.address.low || message.address.high : message.address !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.address);
                if (message.mark != null && $Object.hasOwnProperty.call(message, "mark") && message.mark.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.mark);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Keep message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.Keep
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Keep & iommufd_emu.v1.Keep.$Shape} Keep
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Keep.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.Keep();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.address = value;
                            else
                                delete message.address;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.mark = value;
                            else
                                delete message.mark;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Keep;
        })();

        v1.MemoryRequest = (function() {

            /**
             * Properties of a MemoryRequest.
             * @typedef {Object} iommufd_emu.v1.MemoryRequest.$Properties
             * @property {number|null} [id] MemoryRequest id
             * @property {Long|null} [address] MemoryRequest address
             * @property {number|null} [length] MemoryRequest length
             * @property {Uint8Array|null} [data] MemoryRequest data
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a MemoryRequest.
             * @memberof iommufd_emu.v1
             * @interface IMemoryRequest
             * @augments iommufd_emu.v1.MemoryRequest.$Properties
             * @deprecated Use iommufd_emu.v1.MemoryRequest.$Properties instead.
             */

            /**
             * Shape of a MemoryRequest.
             * @typedef {iommufd_emu.v1.MemoryRequest.$Properties} iommufd_emu.v1.MemoryRequest.$Shape
             */

            /**
             * Constructs a new MemoryRequest.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a MemoryRequest.
             * @constructor
             * @param {iommufd_emu.v1.MemoryRequest.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const MemoryRequest = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * MemoryRequest id.
             * @member {number} id
             * @memberof iommufd_emu.v1.MemoryRequest
             * @instance
             */
            MemoryRequest.prototype.id = 0;

            /**
             * MemoryRequest address.
             * @member {Long} address
             * @memberof iommufd_emu.v1.MemoryRequest
             * @instance
             */
            MemoryRequest.prototype.address = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * MemoryRequest length.
             * @member {number} length
             * @memberof iommufd_emu.v1.MemoryRequest
             * @instance
             */
            MemoryRequest.prototype.length = 0;

            /**
             * MemoryRequest data.
             * @member {Uint8Array} data
             * @memberof iommufd_emu.v1.MemoryRequest
             * @instance
             */
            MemoryRequest.prototype.data = $util.newBuffer([]);

            /**
             * Creates a new MemoryRequest instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.MemoryRequest
             * @static
             * @param {iommufd_emu.v1.MemoryRequest.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.MemoryRequest} MemoryRequest instance
             * @type {{
             *   (properties: iommufd_emu.v1.MemoryRequest.$Shape): iommufd_emu.v1.MemoryRequest & iommufd_emu.v1.MemoryRequest.$Shape;
             *   (properties?: iommufd_emu.v1.MemoryRequest.$Properties): iommufd_emu.v1.MemoryRequest;
             * }}
             */
            MemoryRequest.create = function(properties) {
                return new MemoryRequest(properties);
            };

            /**
             * Encodes the specified MemoryRequest message. Does not implicitly {@link iommufd_emu.v1.MemoryRequest.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.MemoryRequest
             * @static
             * @param {iommufd_emu.v1.MemoryRequest.$Properties} message MemoryRequest message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            MemoryRequest.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.id);
                if (message.address != null && $Object.hasOwnProperty.call(message, "address") && (typeof message.address === "object" ? message.address.low || message.address.high : message.address !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.address);
                if (message.length != null && $Object.hasOwnProperty.call(message, "length") && message.length !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.length);
                if (message.data != null && $Object.hasOwnProperty.call(message, "data") && message.data.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.data);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a MemoryRequest message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.MemoryRequest
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.MemoryRequest & iommufd_emu.v1.MemoryRequest.$Shape} MemoryRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            MemoryRequest.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.MemoryRequest();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.id = value;
                            else
                                delete message.id;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.address = value;
                            else
                                delete message.address;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.length = value;
                            else
                                delete message.length;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.data = value;
                            else
                                delete message.data;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return MemoryRequest;
        })();

        v1.MemoryResult = (function() {

            /**
             * Properties of a MemoryResult.
             * @typedef {Object} iommufd_emu.v1.MemoryResult.$Properties
             * @property {number|null} [id] MemoryResult id
             * @property {number|null} [error] MemoryResult error
             * @property {Uint8Array|null} [data] MemoryResult data
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a MemoryResult.
             * @memberof iommufd_emu.v1
             * @interface IMemoryResult
             * @augments iommufd_emu.v1.MemoryResult.$Properties
             * @deprecated Use iommufd_emu.v1.MemoryResult.$Properties instead.
             */

            /**
             * Shape of a MemoryResult.
             * @typedef {iommufd_emu.v1.MemoryResult.$Properties} iommufd_emu.v1.MemoryResult.$Shape
             */

            /**
             * Constructs a new MemoryResult.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a MemoryResult.
             * @constructor
             * @param {iommufd_emu.v1.MemoryResult.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const MemoryResult = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * MemoryResult id.
             * @member {number} id
             * @memberof iommufd_emu.v1.MemoryResult
             * @instance
             */
            MemoryResult.prototype.id = 0;

            /**
             * MemoryResult error.
             * @member {number} error
             * @memberof iommufd_emu.v1.MemoryResult
             * @instance
             */
            MemoryResult.prototype.error = 0;

            /**
             * MemoryResult data.
             * @member {Uint8Array} data
             * @memberof iommufd_emu.v1.MemoryResult
             * @instance
             */
            MemoryResult.prototype.data = $util.newBuffer([]);

            /**
             * Creates a new MemoryResult instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.MemoryResult
             * @static
             * @param {iommufd_emu.v1.MemoryResult.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.MemoryResult} MemoryResult instance
             * @type {{
             *   (properties: iommufd_emu.v1.MemoryResult.$Shape): iommufd_emu.v1.MemoryResult & iommufd_emu.v1.MemoryResult.$Shape;
             *   (properties?: iommufd_emu.v1.MemoryResult.$Properties): iommufd_emu.v1.MemoryResult;
             * }}
             */
            MemoryResult.create = function(properties) {
                return new MemoryResult(properties);
            };

            /**
             * Encodes the specified MemoryResult message. Does not implicitly {@link iommufd_emu.v1.MemoryResult.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.MemoryResult
             * @static
             * @param {iommufd_emu.v1.MemoryResult.$Properties} message MemoryResult message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            MemoryResult.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.id);
                if (message.error != null && $Object.hasOwnProperty.call(message, "error") && message.error !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).int32(message.error);
                if (message.data != null && $Object.hasOwnProperty.call(message, "data") && message.data.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.data);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a MemoryResult message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.MemoryResult
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.MemoryResult & iommufd_emu.v1.MemoryResult.$Shape} MemoryResult
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            MemoryResult.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.MemoryResult();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.id = value;
                            else
                                delete message.id;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.error = value;
                            else
                                delete message.error;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.data = value;
                            else
                                delete message.data;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return MemoryResult;
        })();

        v1.Result = (function() {

            /**
             * Properties of a Result.
             * @typedef {Object} iommufd_emu.v1.Result.$Properties
             * @property {number|null} [error] Result error
             * @property {number|null} [id] Result id
             * @property {string|null} [message] Result message
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Result.
             * @memberof iommufd_emu.v1
             * @interface IResult
             * @augments iommufd_emu.v1.Result.$Properties
             * @deprecated Use iommufd_emu.v1.Result.$Properties instead.
             */

            /**
             * Shape of a Result.
             * @typedef {iommufd_emu.v1.Result.$Properties} iommufd_emu.v1.Result.$Shape
             */

            /**
             * Constructs a new Result.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a Result.
             * @constructor
             * @param {iommufd_emu.v1.Result.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Result = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Result error.
             * @member {number} error
             * @memberof iommufd_emu.v1.Result
             * @instance
             */
            Result.prototype.error = 0;

            /**
             * Result id.
             * @member {number} id
             * @memberof iommufd_emu.v1.Result
             * @instance
             */
            Result.prototype.id = 0;

            /**
             * Result message.
             * @member {string} message
             * @memberof iommufd_emu.v1.Result
             * @instance
             */
            Result.prototype.message = "";

            /**
             * Creates a new Result instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.Result
             * @static
             * @param {iommufd_emu.v1.Result.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.Result} Result instance
             * @type {{
             *   (properties: iommufd_emu.v1.Result.$Shape): iommufd_emu.v1.Result & iommufd_emu.v1.Result.$Shape;
             *   (properties?: iommufd_emu.v1.Result.$Properties): iommufd_emu.v1.Result;
             * }}
             */
            Result.create = function(properties) {
                return new Result(properties);
            };

            /**
             * Encodes the specified Result message. Does not implicitly {@link iommufd_emu.v1.Result.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.Result
             * @static
             * @param {iommufd_emu.v1.Result.$Properties} message Result message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Result.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.error != null && $Object.hasOwnProperty.call(message, "error") && message.error !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).int32(message.error);
                if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.id);
                if (message.message != null && $Object.hasOwnProperty.call(message, "message") && message.message !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.message);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Result message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.Result
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Result & iommufd_emu.v1.Result.$Shape} Result
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Result.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.Result();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.error = value;
                            else
                                delete message.error;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.id = value;
                            else
                                delete message.id;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.message = value;
                            else
                                delete message.message;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Result;
        })();

        v1.DeviceBind = (function() {

            /**
             * Properties of a DeviceBind.
             * @typedef {Object} iommufd_emu.v1.DeviceBind.$Properties
             * @property {Uint8Array|null} [iommufdToken] DeviceBind iommufdToken
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a DeviceBind.
             * @memberof iommufd_emu.v1
             * @interface IDeviceBind
             * @augments iommufd_emu.v1.DeviceBind.$Properties
             * @deprecated Use iommufd_emu.v1.DeviceBind.$Properties instead.
             */

            /**
             * Shape of a DeviceBind.
             * @typedef {iommufd_emu.v1.DeviceBind.$Properties} iommufd_emu.v1.DeviceBind.$Shape
             */

            /**
             * Constructs a new DeviceBind.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a DeviceBind.
             * @constructor
             * @param {iommufd_emu.v1.DeviceBind.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const DeviceBind = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * DeviceBind iommufdToken.
             * @member {Uint8Array} iommufdToken
             * @memberof iommufd_emu.v1.DeviceBind
             * @instance
             */
            DeviceBind.prototype.iommufdToken = $util.newBuffer([]);

            /**
             * Creates a new DeviceBind instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.DeviceBind
             * @static
             * @param {iommufd_emu.v1.DeviceBind.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.DeviceBind} DeviceBind instance
             * @type {{
             *   (properties: iommufd_emu.v1.DeviceBind.$Shape): iommufd_emu.v1.DeviceBind & iommufd_emu.v1.DeviceBind.$Shape;
             *   (properties?: iommufd_emu.v1.DeviceBind.$Properties): iommufd_emu.v1.DeviceBind;
             * }}
             */
            DeviceBind.create = function(properties) {
                return new DeviceBind(properties);
            };

            /**
             * Encodes the specified DeviceBind message. Does not implicitly {@link iommufd_emu.v1.DeviceBind.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.DeviceBind
             * @static
             * @param {iommufd_emu.v1.DeviceBind.$Properties} message DeviceBind message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            DeviceBind.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.iommufdToken != null && $Object.hasOwnProperty.call(message, "iommufdToken") && message.iommufdToken.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.iommufdToken);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a DeviceBind message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.DeviceBind
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.DeviceBind & iommufd_emu.v1.DeviceBind.$Shape} DeviceBind
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            DeviceBind.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.DeviceBind();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.iommufdToken = value;
                            else
                                delete message.iommufdToken;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return DeviceBind;
        })();

        v1.DeviceAttach = (function() {

            /**
             * Properties of a DeviceAttach.
             * @typedef {Object} iommufd_emu.v1.DeviceAttach.$Properties
             * @property {number|null} [ptId] DeviceAttach ptId
             * @property {number|null} [pasid] DeviceAttach pasid
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a DeviceAttach.
             * @memberof iommufd_emu.v1
             * @interface IDeviceAttach
             * @augments iommufd_emu.v1.DeviceAttach.$Properties
             * @deprecated Use iommufd_emu.v1.DeviceAttach.$Properties instead.
             */

            /**
             * Shape of a DeviceAttach.
             * @typedef {iommufd_emu.v1.DeviceAttach.$Properties} iommufd_emu.v1.DeviceAttach.$Shape
             */

            /**
             * Constructs a new DeviceAttach.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a DeviceAttach.
             * @constructor
             * @param {iommufd_emu.v1.DeviceAttach.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const DeviceAttach = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * DeviceAttach ptId.
             * @member {number} ptId
             * @memberof iommufd_emu.v1.DeviceAttach
             * @instance
             */
            DeviceAttach.prototype.ptId = 0;

            /**
             * DeviceAttach pasid.
             * @member {number} pasid
             * @memberof iommufd_emu.v1.DeviceAttach
             * @instance
             */
            DeviceAttach.prototype.pasid = 0;

            /**
             * Creates a new DeviceAttach instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.DeviceAttach
             * @static
             * @param {iommufd_emu.v1.DeviceAttach.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.DeviceAttach} DeviceAttach instance
             * @type {{
             *   (properties: iommufd_emu.v1.DeviceAttach.$Shape): iommufd_emu.v1.DeviceAttach & iommufd_emu.v1.DeviceAttach.$Shape;
             *   (properties?: iommufd_emu.v1.DeviceAttach.$Properties): iommufd_emu.v1.DeviceAttach;
             * }}
             */
            DeviceAttach.create = function(properties) {
                return new DeviceAttach(properties);
            };

            /**
             * Encodes the specified DeviceAttach message. Does not implicitly {@link iommufd_emu.v1.DeviceAttach.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.DeviceAttach
             * @static
             * @param {iommufd_emu.v1.DeviceAttach.$Properties} message DeviceAttach message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            DeviceAttach.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.ptId != null && $Object.hasOwnProperty.call(message, "ptId") && message.ptId !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.ptId);
                if (message.pasid != null && $Object.hasOwnProperty.call(message, "pasid") && message.pasid !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.pasid);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a DeviceAttach message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.DeviceAttach
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.DeviceAttach & iommufd_emu.v1.DeviceAttach.$Shape} DeviceAttach
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            DeviceAttach.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.DeviceAttach();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.ptId = value;
                            else
                                delete message.ptId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.pasid = value;
                            else
                                delete message.pasid;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return DeviceAttach;
        })();

        v1.DeviceDetach = (function() {

            /**
             * Properties of a DeviceDetach.
             * @typedef {Object} iommufd_emu.v1.DeviceDetach.$Properties
             * @property {number|null} [pasid] DeviceDetach pasid
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a DeviceDetach.
             * @memberof iommufd_emu.v1
             * @interface IDeviceDetach
             * @augments iommufd_emu.v1.DeviceDetach.$Properties
             * @deprecated Use iommufd_emu.v1.DeviceDetach.$Properties instead.
             */

            /**
             * Shape of a DeviceDetach.
             * @typedef {iommufd_emu.v1.DeviceDetach.$Properties} iommufd_emu.v1.DeviceDetach.$Shape
             */

            /**
             * Constructs a new DeviceDetach.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a DeviceDetach.
             * @constructor
             * @param {iommufd_emu.v1.DeviceDetach.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const DeviceDetach = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * DeviceDetach pasid.
             * @member {number} pasid
             * @memberof iommufd_emu.v1.DeviceDetach
             * @instance
             */
            DeviceDetach.prototype.pasid = 0;

            /**
             * Creates a new DeviceDetach instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.DeviceDetach
             * @static
             * @param {iommufd_emu.v1.DeviceDetach.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.DeviceDetach} DeviceDetach instance
             * @type {{
             *   (properties: iommufd_emu.v1.DeviceDetach.$Shape): iommufd_emu.v1.DeviceDetach & iommufd_emu.v1.DeviceDetach.$Shape;
             *   (properties?: iommufd_emu.v1.DeviceDetach.$Properties): iommufd_emu.v1.DeviceDetach;
             * }}
             */
            DeviceDetach.create = function(properties) {
                return new DeviceDetach(properties);
            };

            /**
             * Encodes the specified DeviceDetach message. Does not implicitly {@link iommufd_emu.v1.DeviceDetach.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.DeviceDetach
             * @static
             * @param {iommufd_emu.v1.DeviceDetach.$Properties} message DeviceDetach message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            DeviceDetach.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.pasid != null && $Object.hasOwnProperty.call(message, "pasid") && message.pasid !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.pasid);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a DeviceDetach message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.DeviceDetach
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.DeviceDetach & iommufd_emu.v1.DeviceDetach.$Shape} DeviceDetach
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            DeviceDetach.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.DeviceDetach();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.pasid = value;
                            else
                                delete message.pasid;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return DeviceDetach;
        })();

        v1.DmaRead = (function() {

            /**
             * Properties of a DmaRead.
             * @typedef {Object} iommufd_emu.v1.DmaRead.$Properties
             * @property {Long|null} [iova] DmaRead iova
             * @property {number|null} [length] DmaRead length
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a DmaRead.
             * @memberof iommufd_emu.v1
             * @interface IDmaRead
             * @augments iommufd_emu.v1.DmaRead.$Properties
             * @deprecated Use iommufd_emu.v1.DmaRead.$Properties instead.
             */

            /**
             * Shape of a DmaRead.
             * @typedef {iommufd_emu.v1.DmaRead.$Properties} iommufd_emu.v1.DmaRead.$Shape
             */

            /**
             * Constructs a new DmaRead.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a DmaRead.
             * @constructor
             * @param {iommufd_emu.v1.DmaRead.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const DmaRead = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * DmaRead iova.
             * @member {Long} iova
             * @memberof iommufd_emu.v1.DmaRead
             * @instance
             */
            DmaRead.prototype.iova = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * DmaRead length.
             * @member {number} length
             * @memberof iommufd_emu.v1.DmaRead
             * @instance
             */
            DmaRead.prototype.length = 0;

            /**
             * Creates a new DmaRead instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.DmaRead
             * @static
             * @param {iommufd_emu.v1.DmaRead.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.DmaRead} DmaRead instance
             * @type {{
             *   (properties: iommufd_emu.v1.DmaRead.$Shape): iommufd_emu.v1.DmaRead & iommufd_emu.v1.DmaRead.$Shape;
             *   (properties?: iommufd_emu.v1.DmaRead.$Properties): iommufd_emu.v1.DmaRead;
             * }}
             */
            DmaRead.create = function(properties) {
                return new DmaRead(properties);
            };

            /**
             * Encodes the specified DmaRead message. Does not implicitly {@link iommufd_emu.v1.DmaRead.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.DmaRead
             * @static
             * @param {iommufd_emu.v1.DmaRead.$Properties} message DmaRead message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            DmaRead.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.iova != null && $Object.hasOwnProperty.call(message, "iova") && (typeof message.iova === "object" ? message.iova.low || message.iova.high : message.iova !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.iova);
                if (message.length != null && $Object.hasOwnProperty.call(message, "length") && message.length !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.length);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a DmaRead message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.DmaRead
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.DmaRead & iommufd_emu.v1.DmaRead.$Shape} DmaRead
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            DmaRead.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.DmaRead();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.iova = value;
                            else
                                delete message.iova;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.length = value;
                            else
                                delete message.length;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return DmaRead;
        })();

        v1.DmaWrite = (function() {

            /**
             * Properties of a DmaWrite.
             * @typedef {Object} iommufd_emu.v1.DmaWrite.$Properties
             * @property {Long|null} [iova] DmaWrite iova
             * @property {Uint8Array|null} [data] DmaWrite data
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a DmaWrite.
             * @memberof iommufd_emu.v1
             * @interface IDmaWrite
             * @augments iommufd_emu.v1.DmaWrite.$Properties
             * @deprecated Use iommufd_emu.v1.DmaWrite.$Properties instead.
             */

            /**
             * Shape of a DmaWrite.
             * @typedef {iommufd_emu.v1.DmaWrite.$Properties} iommufd_emu.v1.DmaWrite.$Shape
             */

            /**
             * Constructs a new DmaWrite.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a DmaWrite.
             * @constructor
             * @param {iommufd_emu.v1.DmaWrite.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const DmaWrite = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * DmaWrite iova.
             * @member {Long} iova
             * @memberof iommufd_emu.v1.DmaWrite
             * @instance
             */
            DmaWrite.prototype.iova = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * DmaWrite data.
             * @member {Uint8Array} data
             * @memberof iommufd_emu.v1.DmaWrite
             * @instance
             */
            DmaWrite.prototype.data = $util.newBuffer([]);

            /**
             * Creates a new DmaWrite instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.DmaWrite
             * @static
             * @param {iommufd_emu.v1.DmaWrite.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.DmaWrite} DmaWrite instance
             * @type {{
             *   (properties: iommufd_emu.v1.DmaWrite.$Shape): iommufd_emu.v1.DmaWrite & iommufd_emu.v1.DmaWrite.$Shape;
             *   (properties?: iommufd_emu.v1.DmaWrite.$Properties): iommufd_emu.v1.DmaWrite;
             * }}
             */
            DmaWrite.create = function(properties) {
                return new DmaWrite(properties);
            };

            /**
             * Encodes the specified DmaWrite message. Does not implicitly {@link iommufd_emu.v1.DmaWrite.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.DmaWrite
             * @static
             * @param {iommufd_emu.v1.DmaWrite.$Properties} message DmaWrite message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            DmaWrite.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.iova != null && $Object.hasOwnProperty.call(message, "iova") && (typeof message.iova === "object" ? message.iova.low || message.iova.high : message.iova !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.iova);
                if (message.data != null && $Object.hasOwnProperty.call(message, "data") && message.data.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.data);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a DmaWrite message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.DmaWrite
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.DmaWrite & iommufd_emu.v1.DmaWrite.$Shape} DmaWrite
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            DmaWrite.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.DmaWrite();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.iova = value;
                            else
                                delete message.iova;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.data = value;
                            else
                                delete message.data;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return DmaWrite;
        })();

        v1.DmaCopy = (function() {

            /**
             * Properties of a DmaCopy.
             * @typedef {Object} iommufd_emu.v1.DmaCopy.$Properties
             * @property {Long|null} [sourceIova] DmaCopy sourceIova
             * @property {Long|null} [destinationIova] DmaCopy destinationIova
             * @property {Long|null} [length] DmaCopy length
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a DmaCopy.
             * @memberof iommufd_emu.v1
             * @interface IDmaCopy
             * @augments iommufd_emu.v1.DmaCopy.$Properties
             * @deprecated Use iommufd_emu.v1.DmaCopy.$Properties instead.
             */

            /**
             * Shape of a DmaCopy.
             * @typedef {iommufd_emu.v1.DmaCopy.$Properties} iommufd_emu.v1.DmaCopy.$Shape
             */

            /**
             * Constructs a new DmaCopy.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a DmaCopy.
             * @constructor
             * @param {iommufd_emu.v1.DmaCopy.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const DmaCopy = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * DmaCopy sourceIova.
             * @member {Long} sourceIova
             * @memberof iommufd_emu.v1.DmaCopy
             * @instance
             */
            DmaCopy.prototype.sourceIova = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * DmaCopy destinationIova.
             * @member {Long} destinationIova
             * @memberof iommufd_emu.v1.DmaCopy
             * @instance
             */
            DmaCopy.prototype.destinationIova = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * DmaCopy length.
             * @member {Long} length
             * @memberof iommufd_emu.v1.DmaCopy
             * @instance
             */
            DmaCopy.prototype.length = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Creates a new DmaCopy instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.DmaCopy
             * @static
             * @param {iommufd_emu.v1.DmaCopy.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.DmaCopy} DmaCopy instance
             * @type {{
             *   (properties: iommufd_emu.v1.DmaCopy.$Shape): iommufd_emu.v1.DmaCopy & iommufd_emu.v1.DmaCopy.$Shape;
             *   (properties?: iommufd_emu.v1.DmaCopy.$Properties): iommufd_emu.v1.DmaCopy;
             * }}
             */
            DmaCopy.create = function(properties) {
                return new DmaCopy(properties);
            };

            /**
             * Encodes the specified DmaCopy message. Does not implicitly {@link iommufd_emu.v1.DmaCopy.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.DmaCopy
             * @static
             * @param {iommufd_emu.v1.DmaCopy.$Properties} message DmaCopy message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            DmaCopy.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.sourceIova != null && $Object.hasOwnProperty.call(message, "sourceIova") && (typeof message.sourceIova === "object" ? message.sourceIova.low || message.sourceIova.high : message.sourceIova !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.sourceIova);
                if (message.destinationIova != null && $Object.hasOwnProperty.call(message, "destinationIova") && (typeof message.destinationIova === "object" ? message.destinationIova.low || message.destinationIova.high : message.destinationIova !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.destinationIova);
                if (message.length != null && $Object.hasOwnProperty.call(message, "length") && (typeof message.length === "object" ? message.length.low || message.length.high : message.length !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.length);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a DmaCopy message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.DmaCopy
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.DmaCopy & iommufd_emu.v1.DmaCopy.$Shape} DmaCopy
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            DmaCopy.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.DmaCopy();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.sourceIova = value;
                            else
                                delete message.sourceIova;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.destinationIova = value;
                            else
                                delete message.destinationIova;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.length = value;
                            else
                                delete message.length;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return DmaCopy;
        })();

        v1.DmaFill = (function() {

            /**
             * Properties of a DmaFill.
             * @typedef {Object} iommufd_emu.v1.DmaFill.$Properties
             * @property {Long|null} [iova] DmaFill iova
             * @property {Long|null} [length] DmaFill length
             * @property {number|null} [value] DmaFill value
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a DmaFill.
             * @memberof iommufd_emu.v1
             * @interface IDmaFill
             * @augments iommufd_emu.v1.DmaFill.$Properties
             * @deprecated Use iommufd_emu.v1.DmaFill.$Properties instead.
             */

            /**
             * Shape of a DmaFill.
             * @typedef {iommufd_emu.v1.DmaFill.$Properties} iommufd_emu.v1.DmaFill.$Shape
             */

            /**
             * Constructs a new DmaFill.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a DmaFill.
             * @constructor
             * @param {iommufd_emu.v1.DmaFill.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const DmaFill = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * DmaFill iova.
             * @member {Long} iova
             * @memberof iommufd_emu.v1.DmaFill
             * @instance
             */
            DmaFill.prototype.iova = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * DmaFill length.
             * @member {Long} length
             * @memberof iommufd_emu.v1.DmaFill
             * @instance
             */
            DmaFill.prototype.length = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * DmaFill value.
             * @member {number} value
             * @memberof iommufd_emu.v1.DmaFill
             * @instance
             */
            DmaFill.prototype.value = 0;

            /**
             * Creates a new DmaFill instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.DmaFill
             * @static
             * @param {iommufd_emu.v1.DmaFill.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.DmaFill} DmaFill instance
             * @type {{
             *   (properties: iommufd_emu.v1.DmaFill.$Shape): iommufd_emu.v1.DmaFill & iommufd_emu.v1.DmaFill.$Shape;
             *   (properties?: iommufd_emu.v1.DmaFill.$Properties): iommufd_emu.v1.DmaFill;
             * }}
             */
            DmaFill.create = function(properties) {
                return new DmaFill(properties);
            };

            /**
             * Encodes the specified DmaFill message. Does not implicitly {@link iommufd_emu.v1.DmaFill.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.DmaFill
             * @static
             * @param {iommufd_emu.v1.DmaFill.$Properties} message DmaFill message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            DmaFill.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.iova != null && $Object.hasOwnProperty.call(message, "iova") && (typeof message.iova === "object" ? message.iova.low || message.iova.high : message.iova !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.iova);
                if (message.length != null && $Object.hasOwnProperty.call(message, "length") && (typeof message.length === "object" ? message.length.low || message.length.high : message.length !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.length);
                if (message.value != null && $Object.hasOwnProperty.call(message, "value") && message.value !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.value);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a DmaFill message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.DmaFill
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.DmaFill & iommufd_emu.v1.DmaFill.$Shape} DmaFill
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            DmaFill.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.DmaFill();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.iova = value;
                            else
                                delete message.iova;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.length = value;
                            else
                                delete message.length;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.value = value;
                            else
                                delete message.value;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return DmaFill;
        })();

        v1.DeviceDma = (function() {

            /**
             * Properties of a DeviceDma.
             * @typedef {Object} iommufd_emu.v1.DeviceDma.$Properties
             * @property {iommufd_emu.v1.DmaRead.$Properties|null} [read] DeviceDma read
             * @property {iommufd_emu.v1.DmaWrite.$Properties|null} [write] DeviceDma write
             * @property {iommufd_emu.v1.DmaCopy.$Properties|null} [copy] DeviceDma copy
             * @property {iommufd_emu.v1.DmaFill.$Properties|null} [fill] DeviceDma fill
             * @property {number|null} [pasid] DeviceDma pasid
             * @property {"read"|"write"|"copy"|"fill"} [operation] DeviceDma operation
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a DeviceDma.
             * @memberof iommufd_emu.v1
             * @interface IDeviceDma
             * @augments iommufd_emu.v1.DeviceDma.$Properties
             * @deprecated Use iommufd_emu.v1.DeviceDma.$Properties instead.
             */

            /**
             * Narrowed shape of a DeviceDma.
             * @typedef {{
             *   read?: iommufd_emu.v1.DmaRead.$Shape|null;
             *   write?: iommufd_emu.v1.DmaWrite.$Shape|null;
             *   copy?: iommufd_emu.v1.DmaCopy.$Shape|null;
             *   fill?: iommufd_emu.v1.DmaFill.$Shape|null;
             *   pasid?: number|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ operation?: undefined; read?: null; write?: null; copy?: null; fill?: null }|{ operation?: "read"; read: iommufd_emu.v1.DmaRead.$Shape; write?: null; copy?: null; fill?: null }|{ operation?: "write"; read?: null; write: iommufd_emu.v1.DmaWrite.$Shape; copy?: null; fill?: null }|{ operation?: "copy"; read?: null; write?: null; copy: iommufd_emu.v1.DmaCopy.$Shape; fill?: null }|{ operation?: "fill"; read?: null; write?: null; copy?: null; fill: iommufd_emu.v1.DmaFill.$Shape })
             * )} iommufd_emu.v1.DeviceDma.$Shape
             */

            /**
             * Constructs a new DeviceDma.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a DeviceDma.
             * @constructor
             * @param {iommufd_emu.v1.DeviceDma.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const DeviceDma = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * DeviceDma read.
             * @member {iommufd_emu.v1.DmaRead.$Properties|null|undefined} read
             * @memberof iommufd_emu.v1.DeviceDma
             * @instance
             */
            DeviceDma.prototype.read = null;

            /**
             * DeviceDma write.
             * @member {iommufd_emu.v1.DmaWrite.$Properties|null|undefined} write
             * @memberof iommufd_emu.v1.DeviceDma
             * @instance
             */
            DeviceDma.prototype.write = null;

            /**
             * DeviceDma copy.
             * @member {iommufd_emu.v1.DmaCopy.$Properties|null|undefined} copy
             * @memberof iommufd_emu.v1.DeviceDma
             * @instance
             */
            DeviceDma.prototype.copy = null;

            /**
             * DeviceDma fill.
             * @member {iommufd_emu.v1.DmaFill.$Properties|null|undefined} fill
             * @memberof iommufd_emu.v1.DeviceDma
             * @instance
             */
            DeviceDma.prototype.fill = null;

            /**
             * DeviceDma pasid.
             * @member {number} pasid
             * @memberof iommufd_emu.v1.DeviceDma
             * @instance
             */
            DeviceDma.prototype.pasid = 0;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * DeviceDma operation.
             * @member {"read"|"write"|"copy"|"fill"|undefined} operation
             * @memberof iommufd_emu.v1.DeviceDma
             * @instance
             */
            $Object.defineProperty(DeviceDma.prototype, "operation", {
                get: $util.oneOfGetter($oneOfFields = ["read", "write", "copy", "fill"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Creates a new DeviceDma instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.DeviceDma
             * @static
             * @param {iommufd_emu.v1.DeviceDma.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.DeviceDma} DeviceDma instance
             * @type {{
             *   (properties: iommufd_emu.v1.DeviceDma.$Shape): iommufd_emu.v1.DeviceDma & iommufd_emu.v1.DeviceDma.$Shape;
             *   (properties?: iommufd_emu.v1.DeviceDma.$Properties): iommufd_emu.v1.DeviceDma;
             * }}
             */
            DeviceDma.create = function(properties) {
                return new DeviceDma(properties);
            };

            /**
             * Encodes the specified DeviceDma message. Does not implicitly {@link iommufd_emu.v1.DeviceDma.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.DeviceDma
             * @static
             * @param {iommufd_emu.v1.DeviceDma.$Properties} message DeviceDma message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            DeviceDma.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.read != null && $Object.hasOwnProperty.call(message, "read"))
                    $root.iommufd_emu.v1.DmaRead.encode(message.read, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.write != null && $Object.hasOwnProperty.call(message, "write"))
                    $root.iommufd_emu.v1.DmaWrite.encode(message.write, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.copy != null && $Object.hasOwnProperty.call(message, "copy"))
                    $root.iommufd_emu.v1.DmaCopy.encode(message.copy, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.fill != null && $Object.hasOwnProperty.call(message, "fill"))
                    $root.iommufd_emu.v1.DmaFill.encode(message.fill, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.pasid != null && $Object.hasOwnProperty.call(message, "pasid") && message.pasid !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.pasid);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a DeviceDma message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.DeviceDma
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.DeviceDma & iommufd_emu.v1.DeviceDma.$Shape} DeviceDma
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            DeviceDma.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.DeviceDma();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            message.read = $root.iommufd_emu.v1.DmaRead.decode(reader, reader.size(), $undefined, _depth + 1, message.read);
                            message.operation = "read";
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.write = $root.iommufd_emu.v1.DmaWrite.decode(reader, reader.size(), $undefined, _depth + 1, message.write);
                            message.operation = "write";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.copy = $root.iommufd_emu.v1.DmaCopy.decode(reader, reader.size(), $undefined, _depth + 1, message.copy);
                            message.operation = "copy";
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.fill = $root.iommufd_emu.v1.DmaFill.decode(reader, reader.size(), $undefined, _depth + 1, message.fill);
                            message.operation = "fill";
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.pasid = value;
                            else
                                delete message.pasid;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return DeviceDma;
        })();

        v1.DmaReply = (function() {

            /**
             * Properties of a DmaReply.
             * @typedef {Object} iommufd_emu.v1.DmaReply.$Properties
             * @property {number|null} [error] DmaReply error
             * @property {Long|null} [transferred] DmaReply transferred
             * @property {Uint8Array|null} [data] DmaReply data
             * @property {iommufd_emu.v1.Fault.$Properties|null} [fault] DmaReply fault
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a DmaReply.
             * @memberof iommufd_emu.v1
             * @interface IDmaReply
             * @augments iommufd_emu.v1.DmaReply.$Properties
             * @deprecated Use iommufd_emu.v1.DmaReply.$Properties instead.
             */

            /**
             * Shape of a DmaReply.
             * @typedef {iommufd_emu.v1.DmaReply.$Properties} iommufd_emu.v1.DmaReply.$Shape
             */

            /**
             * Constructs a new DmaReply.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a DmaReply.
             * @constructor
             * @param {iommufd_emu.v1.DmaReply.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const DmaReply = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * DmaReply error.
             * @member {number} error
             * @memberof iommufd_emu.v1.DmaReply
             * @instance
             */
            DmaReply.prototype.error = 0;

            /**
             * DmaReply transferred.
             * @member {Long} transferred
             * @memberof iommufd_emu.v1.DmaReply
             * @instance
             */
            DmaReply.prototype.transferred = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * DmaReply data.
             * @member {Uint8Array} data
             * @memberof iommufd_emu.v1.DmaReply
             * @instance
             */
            DmaReply.prototype.data = $util.newBuffer([]);

            /**
             * DmaReply fault.
             * @member {iommufd_emu.v1.Fault.$Properties|null|undefined} fault
             * @memberof iommufd_emu.v1.DmaReply
             * @instance
             */
            DmaReply.prototype.fault = null;

            /**
             * Creates a new DmaReply instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.DmaReply
             * @static
             * @param {iommufd_emu.v1.DmaReply.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.DmaReply} DmaReply instance
             * @type {{
             *   (properties: iommufd_emu.v1.DmaReply.$Shape): iommufd_emu.v1.DmaReply & iommufd_emu.v1.DmaReply.$Shape;
             *   (properties?: iommufd_emu.v1.DmaReply.$Properties): iommufd_emu.v1.DmaReply;
             * }}
             */
            DmaReply.create = function(properties) {
                return new DmaReply(properties);
            };

            /**
             * Encodes the specified DmaReply message. Does not implicitly {@link iommufd_emu.v1.DmaReply.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.DmaReply
             * @static
             * @param {iommufd_emu.v1.DmaReply.$Properties} message DmaReply message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            DmaReply.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.error != null && $Object.hasOwnProperty.call(message, "error") && message.error !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).int32(message.error);
                if (message.transferred != null && $Object.hasOwnProperty.call(message, "transferred") && (typeof message.transferred === "object" ? message.transferred.low || message.transferred.high : message.transferred !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.transferred);
                if (message.data != null && $Object.hasOwnProperty.call(message, "data") && message.data.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.data);
                if (message.fault != null && $Object.hasOwnProperty.call(message, "fault"))
                    $root.iommufd_emu.v1.Fault.encode(message.fault, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a DmaReply message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.DmaReply
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.DmaReply & iommufd_emu.v1.DmaReply.$Shape} DmaReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            DmaReply.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.DmaReply();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.error = value;
                            else
                                delete message.error;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.transferred = value;
                            else
                                delete message.transferred;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.data = value;
                            else
                                delete message.data;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.fault = $root.iommufd_emu.v1.Fault.decode(reader, reader.size(), $undefined, _depth + 1, message.fault);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return DmaReply;
        })();

        v1.Fault = (function() {

            /**
             * Properties of a Fault.
             * @typedef {Object} iommufd_emu.v1.Fault.$Properties
             * @property {number|null} [requesterId] Fault requesterId
             * @property {Long|null} [address] Fault address
             * @property {boolean|null} [write] Fault write
             * @property {number|null} [reason] Fault reason
             * @property {string|null} [name] Fault name
             * @property {Long|null} [number] Fault number
             * @property {Array.<iommufd_emu.v1.WalkStep.$Properties>|null} [walk] Fault walk
             * @property {number|null} [pasid] Fault pasid
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Fault.
             * @memberof iommufd_emu.v1
             * @interface IFault
             * @augments iommufd_emu.v1.Fault.$Properties
             * @deprecated Use iommufd_emu.v1.Fault.$Properties instead.
             */

            /**
             * Shape of a Fault.
             * @typedef {iommufd_emu.v1.Fault.$Properties} iommufd_emu.v1.Fault.$Shape
             */

            /**
             * Constructs a new Fault.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a Fault.
             * @constructor
             * @param {iommufd_emu.v1.Fault.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Fault = function (properties) {
                this.walk = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Fault requesterId.
             * @member {number} requesterId
             * @memberof iommufd_emu.v1.Fault
             * @instance
             */
            Fault.prototype.requesterId = 0;

            /**
             * Fault address.
             * @member {Long} address
             * @memberof iommufd_emu.v1.Fault
             * @instance
             */
            Fault.prototype.address = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Fault write.
             * @member {boolean} write
             * @memberof iommufd_emu.v1.Fault
             * @instance
             */
            Fault.prototype.write = false;

            /**
             * Fault reason.
             * @member {number} reason
             * @memberof iommufd_emu.v1.Fault
             * @instance
             */
            Fault.prototype.reason = 0;

            /**
             * Fault name.
             * @member {string} name
             * @memberof iommufd_emu.v1.Fault
             * @instance
             */
            Fault.prototype.name = "";

            /**
             * Fault number.
             * @member {Long} number
             * @memberof iommufd_emu.v1.Fault
             * @instance
             */
            Fault.prototype.number = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Fault walk.
             * @member {Array.<iommufd_emu.v1.WalkStep.$Properties>} walk
             * @memberof iommufd_emu.v1.Fault
             * @instance
             */
            Fault.prototype.walk = $util.emptyArray;

            /**
             * Fault pasid.
             * @member {number} pasid
             * @memberof iommufd_emu.v1.Fault
             * @instance
             */
            Fault.prototype.pasid = 0;

            /**
             * Creates a new Fault instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.Fault
             * @static
             * @param {iommufd_emu.v1.Fault.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.Fault} Fault instance
             * @type {{
             *   (properties: iommufd_emu.v1.Fault.$Shape): iommufd_emu.v1.Fault & iommufd_emu.v1.Fault.$Shape;
             *   (properties?: iommufd_emu.v1.Fault.$Properties): iommufd_emu.v1.Fault;
             * }}
             */
            Fault.create = function(properties) {
                return new Fault(properties);
            };

            /**
             * Encodes the specified Fault message. Does not implicitly {@link iommufd_emu.v1.Fault.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.Fault
             * @static
             * @param {iommufd_emu.v1.Fault.$Properties} message Fault message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Fault.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.requesterId != null && $Object.hasOwnProperty.call(message, "requesterId") && message.requesterId !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.requesterId);
                if (message.address != null && $Object.hasOwnProperty.call(message, "address") && (typeof message.address === "object" ? message.address.low || message.address.high : message.address !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.address);
                if (message.write != null && $Object.hasOwnProperty.call(message, "write") && message.write !== false)
                    writer.uint32(/* id 3, wireType 0 =*/24).bool(message.write);
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.reason);
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(/* id 5, wireType 2 =*/42).string(message.name);
                if (message.number != null && $Object.hasOwnProperty.call(message, "number") && (typeof message.number === "object" ? message.number.low || message.number.high : message.number !== 0))
                    writer.uint32(/* id 6, wireType 0 =*/48).uint64(message.number);
                if (message.walk != null && message.walk.length)
                    for (let i = 0; i < message.walk.length; ++i)
                        $root.iommufd_emu.v1.WalkStep.encode(message.walk[i], writer.uint32(/* id 7, wireType 2 =*/58).fork(), _depth + 1).ldelim();
                if (message.pasid != null && $Object.hasOwnProperty.call(message, "pasid") && message.pasid !== 0)
                    writer.uint32(/* id 8, wireType 0 =*/64).uint32(message.pasid);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Fault message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.Fault
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Fault & iommufd_emu.v1.Fault.$Shape} Fault
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Fault.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.Fault();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.requesterId = value;
                            else
                                delete message.requesterId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.address = value;
                            else
                                delete message.address;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.write = value;
                            else
                                delete message.write;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.number = value;
                            else
                                delete message.number;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            if (!(message.walk && message.walk.length))
                                message.walk = [];
                            message.walk.push($root.iommufd_emu.v1.WalkStep.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.pasid = value;
                            else
                                delete message.pasid;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Fault;
        })();

        v1.WalkStep = (function() {

            /**
             * Properties of a WalkStep.
             * @typedef {Object} iommufd_emu.v1.WalkStep.$Properties
             * @property {string|null} [structure] WalkStep structure
             * @property {Long|null} [address] WalkStep address
             * @property {number|null} [index] WalkStep index
             * @property {Long|null} [word] WalkStep word
             * @property {string|null} [decoded] WalkStep decoded
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a WalkStep.
             * @memberof iommufd_emu.v1
             * @interface IWalkStep
             * @augments iommufd_emu.v1.WalkStep.$Properties
             * @deprecated Use iommufd_emu.v1.WalkStep.$Properties instead.
             */

            /**
             * Shape of a WalkStep.
             * @typedef {iommufd_emu.v1.WalkStep.$Properties} iommufd_emu.v1.WalkStep.$Shape
             */

            /**
             * Constructs a new WalkStep.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a WalkStep.
             * @constructor
             * @param {iommufd_emu.v1.WalkStep.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const WalkStep = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * WalkStep structure.
             * @member {string} structure
             * @memberof iommufd_emu.v1.WalkStep
             * @instance
             */
            WalkStep.prototype.structure = "";

            /**
             * WalkStep address.
             * @member {Long} address
             * @memberof iommufd_emu.v1.WalkStep
             * @instance
             */
            WalkStep.prototype.address = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * WalkStep index.
             * @member {number} index
             * @memberof iommufd_emu.v1.WalkStep
             * @instance
             */
            WalkStep.prototype.index = 0;

            /**
             * WalkStep word.
             * @member {Long} word
             * @memberof iommufd_emu.v1.WalkStep
             * @instance
             */
            WalkStep.prototype.word = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * WalkStep decoded.
             * @member {string} decoded
             * @memberof iommufd_emu.v1.WalkStep
             * @instance
             */
            WalkStep.prototype.decoded = "";

            /**
             * Creates a new WalkStep instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.WalkStep
             * @static
             * @param {iommufd_emu.v1.WalkStep.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.WalkStep} WalkStep instance
             * @type {{
             *   (properties: iommufd_emu.v1.WalkStep.$Shape): iommufd_emu.v1.WalkStep & iommufd_emu.v1.WalkStep.$Shape;
             *   (properties?: iommufd_emu.v1.WalkStep.$Properties): iommufd_emu.v1.WalkStep;
             * }}
             */
            WalkStep.create = function(properties) {
                return new WalkStep(properties);
            };

            /**
             * Encodes the specified WalkStep message. Does not implicitly {@link iommufd_emu.v1.WalkStep.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.WalkStep
             * @static
             * @param {iommufd_emu.v1.WalkStep.$Properties} message WalkStep message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            WalkStep.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.structure != null && $Object.hasOwnProperty.call(message, "structure") && message.structure !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.structure);
                if (message.address != null && $Object.hasOwnProperty.call(message, "address") && (typeof message.address === "object" ? message.address.low || message.address.high : message.address !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.address);
                if (message.index != null && $Object.hasOwnProperty.call(message, "index") && message.index !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.index);
                if (message.word != null && $Object.hasOwnProperty.call(message, "word") && (typeof message.word === "object" ? message.word.low || message.word.high : message.word !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.word);
                if (message.decoded != null && $Object.hasOwnProperty.call(message, "decoded") && message.decoded !== "")
                    writer.uint32(/* id 5, wireType 2 =*/42).string(message.decoded);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a WalkStep message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.WalkStep
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.WalkStep & iommufd_emu.v1.WalkStep.$Shape} WalkStep
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            WalkStep.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.WalkStep();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.structure = value;
                            else
                                delete message.structure;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.address = value;
                            else
                                delete message.address;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.index = value;
                            else
                                delete message.index;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.word = value;
                            else
                                delete message.word;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.decoded = value;
                            else
                                delete message.decoded;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return WalkStep;
        })();

        v1.DeviceFaults = (function() {

            /**
             * Properties of a DeviceFaults.
             * @typedef {Object} iommufd_emu.v1.DeviceFaults.$Properties
             * @property {boolean|null} [clear] DeviceFaults clear
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a DeviceFaults.
             * @memberof iommufd_emu.v1
             * @interface IDeviceFaults
             * @augments iommufd_emu.v1.DeviceFaults.$Properties
             * @deprecated Use iommufd_emu.v1.DeviceFaults.$Properties instead.
             */

            /**
             * Shape of a DeviceFaults.
             * @typedef {iommufd_emu.v1.DeviceFaults.$Properties} iommufd_emu.v1.DeviceFaults.$Shape
             */

            /**
             * Constructs a new DeviceFaults.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a DeviceFaults.
             * @constructor
             * @param {iommufd_emu.v1.DeviceFaults.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const DeviceFaults = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * DeviceFaults clear.
             * @member {boolean} clear
             * @memberof iommufd_emu.v1.DeviceFaults
             * @instance
             */
            DeviceFaults.prototype.clear = false;

            /**
             * Creates a new DeviceFaults instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.DeviceFaults
             * @static
             * @param {iommufd_emu.v1.DeviceFaults.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.DeviceFaults} DeviceFaults instance
             * @type {{
             *   (properties: iommufd_emu.v1.DeviceFaults.$Shape): iommufd_emu.v1.DeviceFaults & iommufd_emu.v1.DeviceFaults.$Shape;
             *   (properties?: iommufd_emu.v1.DeviceFaults.$Properties): iommufd_emu.v1.DeviceFaults;
             * }}
             */
            DeviceFaults.create = function(properties) {
                return new DeviceFaults(properties);
            };

            /**
             * Encodes the specified DeviceFaults message. Does not implicitly {@link iommufd_emu.v1.DeviceFaults.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.DeviceFaults
             * @static
             * @param {iommufd_emu.v1.DeviceFaults.$Properties} message DeviceFaults message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            DeviceFaults.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.clear != null && $Object.hasOwnProperty.call(message, "clear") && message.clear !== false)
                    writer.uint32(/* id 1, wireType 0 =*/8).bool(message.clear);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a DeviceFaults message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.DeviceFaults
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.DeviceFaults & iommufd_emu.v1.DeviceFaults.$Shape} DeviceFaults
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            DeviceFaults.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.DeviceFaults();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.clear = value;
                            else
                                delete message.clear;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return DeviceFaults;
        })();

        v1.FaultsReply = (function() {

            /**
             * Properties of a FaultsReply.
             * @typedef {Object} iommufd_emu.v1.FaultsReply.$Properties
             * @property {Array.<iommufd_emu.v1.Fault.$Properties>|null} [faults] FaultsReply faults
             * @property {Long|null} [lost] FaultsReply lost
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a FaultsReply.
             * @memberof iommufd_emu.v1
             * @interface IFaultsReply
             * @augments iommufd_emu.v1.FaultsReply.$Properties
             * @deprecated Use iommufd_emu.v1.FaultsReply.$Properties instead.
             */

            /**
             * Shape of a FaultsReply.
             * @typedef {iommufd_emu.v1.FaultsReply.$Properties} iommufd_emu.v1.FaultsReply.$Shape
             */

            /**
             * Constructs a new FaultsReply.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a FaultsReply.
             * @constructor
             * @param {iommufd_emu.v1.FaultsReply.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const FaultsReply = function (properties) {
                this.faults = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * FaultsReply faults.
             * @member {Array.<iommufd_emu.v1.Fault.$Properties>} faults
             * @memberof iommufd_emu.v1.FaultsReply
             * @instance
             */
            FaultsReply.prototype.faults = $util.emptyArray;

            /**
             * FaultsReply lost.
             * @member {Long} lost
             * @memberof iommufd_emu.v1.FaultsReply
             * @instance
             */
            FaultsReply.prototype.lost = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Creates a new FaultsReply instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.FaultsReply
             * @static
             * @param {iommufd_emu.v1.FaultsReply.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.FaultsReply} FaultsReply instance
             * @type {{
             *   (properties: iommufd_emu.v1.FaultsReply.$Shape): iommufd_emu.v1.FaultsReply & iommufd_emu.v1.FaultsReply.$Shape;
             *   (properties?: iommufd_emu.v1.FaultsReply.$Properties): iommufd_emu.v1.FaultsReply;
             * }}
             */
            FaultsReply.create = function(properties) {
                return new FaultsReply(properties);
            };

            /**
             * Encodes the specified FaultsReply message. Does not implicitly {@link iommufd_emu.v1.FaultsReply.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.FaultsReply
             * @static
             * @param {iommufd_emu.v1.FaultsReply.$Properties} message FaultsReply message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            FaultsReply.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.faults != null && message.faults.length)
                    for (let i = 0; i < message.faults.length; ++i)
                        $root.iommufd_emu.v1.Fault.encode(message.faults[i], writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.lost != null && $Object.hasOwnProperty.call(message, "lost") && (typeof message.lost === "object" ? message.lost.low || message.lost.high : message.lost !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.lost);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a FaultsReply message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.FaultsReply
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.FaultsReply & iommufd_emu.v1.FaultsReply.$Shape} FaultsReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            FaultsReply.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.FaultsReply();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.faults && message.faults.length))
                                message.faults = [];
                            message.faults.push($root.iommufd_emu.v1.Fault.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.lost = value;
                            else
                                delete message.lost;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return FaultsReply;
        })();

        v1.DeviceWalk = (function() {

            /**
             * Properties of a DeviceWalk.
             * @typedef {Object} iommufd_emu.v1.DeviceWalk.$Properties
             * @property {Long|null} [iova] DeviceWalk iova
             * @property {boolean|null} [write] DeviceWalk write
             * @property {number|null} [pasid] DeviceWalk pasid
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a DeviceWalk.
             * @memberof iommufd_emu.v1
             * @interface IDeviceWalk
             * @augments iommufd_emu.v1.DeviceWalk.$Properties
             * @deprecated Use iommufd_emu.v1.DeviceWalk.$Properties instead.
             */

            /**
             * Shape of a DeviceWalk.
             * @typedef {iommufd_emu.v1.DeviceWalk.$Properties} iommufd_emu.v1.DeviceWalk.$Shape
             */

            /**
             * Constructs a new DeviceWalk.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a DeviceWalk.
             * @constructor
             * @param {iommufd_emu.v1.DeviceWalk.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const DeviceWalk = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * DeviceWalk iova.
             * @member {Long} iova
             * @memberof iommufd_emu.v1.DeviceWalk
             * @instance
             */
            DeviceWalk.prototype.iova = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * DeviceWalk write.
             * @member {boolean} write
             * @memberof iommufd_emu.v1.DeviceWalk
             * @instance
             */
            DeviceWalk.prototype.write = false;

            /**
             * DeviceWalk pasid.
             * @member {number} pasid
             * @memberof iommufd_emu.v1.DeviceWalk
             * @instance
             */
            DeviceWalk.prototype.pasid = 0;

            /**
             * Creates a new DeviceWalk instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.DeviceWalk
             * @static
             * @param {iommufd_emu.v1.DeviceWalk.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.DeviceWalk} DeviceWalk instance
             * @type {{
             *   (properties: iommufd_emu.v1.DeviceWalk.$Shape): iommufd_emu.v1.DeviceWalk & iommufd_emu.v1.DeviceWalk.$Shape;
             *   (properties?: iommufd_emu.v1.DeviceWalk.$Properties): iommufd_emu.v1.DeviceWalk;
             * }}
             */
            DeviceWalk.create = function(properties) {
                return new DeviceWalk(properties);
            };

            /**
             * Encodes the specified DeviceWalk message. Does not implicitly {@link iommufd_emu.v1.DeviceWalk.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.DeviceWalk
             * @static
             * @param {iommufd_emu.v1.DeviceWalk.$Properties} message DeviceWalk message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            DeviceWalk.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.iova != null && $Object.hasOwnProperty.call(message, "iova") && (typeof message.iova === "object" ? message.iova.low || message.iova.high : message.iova !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.iova);
                if (message.write != null && $Object.hasOwnProperty.call(message, "write") && message.write !== false)
                    writer.uint32(/* id 2, wireType 0 =*/16).bool(message.write);
                if (message.pasid != null && $Object.hasOwnProperty.call(message, "pasid") && message.pasid !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.pasid);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a DeviceWalk message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.DeviceWalk
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.DeviceWalk & iommufd_emu.v1.DeviceWalk.$Shape} DeviceWalk
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            DeviceWalk.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.DeviceWalk();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.iova = value;
                            else
                                delete message.iova;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.write = value;
                            else
                                delete message.write;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.pasid = value;
                            else
                                delete message.pasid;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return DeviceWalk;
        })();

        v1.WalkReply = (function() {

            /**
             * Properties of a WalkReply.
             * @typedef {Object} iommufd_emu.v1.WalkReply.$Properties
             * @property {number|null} [error] WalkReply error
             * @property {boolean|null} [translated] WalkReply translated
             * @property {Long|null} [address] WalkReply address
             * @property {Long|null} [pageBytes] WalkReply pageBytes
             * @property {boolean|null} [readable] WalkReply readable
             * @property {boolean|null} [writable] WalkReply writable
             * @property {iommufd_emu.v1.Fault.$Properties|null} [fault] WalkReply fault
             * @property {Array.<iommufd_emu.v1.WalkStep.$Properties>|null} [walk] WalkReply walk
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a WalkReply.
             * @memberof iommufd_emu.v1
             * @interface IWalkReply
             * @augments iommufd_emu.v1.WalkReply.$Properties
             * @deprecated Use iommufd_emu.v1.WalkReply.$Properties instead.
             */

            /**
             * Shape of a WalkReply.
             * @typedef {iommufd_emu.v1.WalkReply.$Properties} iommufd_emu.v1.WalkReply.$Shape
             */

            /**
             * Constructs a new WalkReply.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a WalkReply.
             * @constructor
             * @param {iommufd_emu.v1.WalkReply.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const WalkReply = function (properties) {
                this.walk = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * WalkReply error.
             * @member {number} error
             * @memberof iommufd_emu.v1.WalkReply
             * @instance
             */
            WalkReply.prototype.error = 0;

            /**
             * WalkReply translated.
             * @member {boolean} translated
             * @memberof iommufd_emu.v1.WalkReply
             * @instance
             */
            WalkReply.prototype.translated = false;

            /**
             * WalkReply address.
             * @member {Long} address
             * @memberof iommufd_emu.v1.WalkReply
             * @instance
             */
            WalkReply.prototype.address = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * WalkReply pageBytes.
             * @member {Long} pageBytes
             * @memberof iommufd_emu.v1.WalkReply
             * @instance
             */
            WalkReply.prototype.pageBytes = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * WalkReply readable.
             * @member {boolean} readable
             * @memberof iommufd_emu.v1.WalkReply
             * @instance
             */
            WalkReply.prototype.readable = false;

            /**
             * WalkReply writable.
             * @member {boolean} writable
             * @memberof iommufd_emu.v1.WalkReply
             * @instance
             */
            WalkReply.prototype.writable = false;

            /**
             * WalkReply fault.
             * @member {iommufd_emu.v1.Fault.$Properties|null|undefined} fault
             * @memberof iommufd_emu.v1.WalkReply
             * @instance
             */
            WalkReply.prototype.fault = null;

            /**
             * WalkReply walk.
             * @member {Array.<iommufd_emu.v1.WalkStep.$Properties>} walk
             * @memberof iommufd_emu.v1.WalkReply
             * @instance
             */
            WalkReply.prototype.walk = $util.emptyArray;

            /**
             * Creates a new WalkReply instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.WalkReply
             * @static
             * @param {iommufd_emu.v1.WalkReply.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.WalkReply} WalkReply instance
             * @type {{
             *   (properties: iommufd_emu.v1.WalkReply.$Shape): iommufd_emu.v1.WalkReply & iommufd_emu.v1.WalkReply.$Shape;
             *   (properties?: iommufd_emu.v1.WalkReply.$Properties): iommufd_emu.v1.WalkReply;
             * }}
             */
            WalkReply.create = function(properties) {
                return new WalkReply(properties);
            };

            /**
             * Encodes the specified WalkReply message. Does not implicitly {@link iommufd_emu.v1.WalkReply.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.WalkReply
             * @static
             * @param {iommufd_emu.v1.WalkReply.$Properties} message WalkReply message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            WalkReply.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.error != null && $Object.hasOwnProperty.call(message, "error") && message.error !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).int32(message.error);
                if (message.translated != null && $Object.hasOwnProperty.call(message, "translated") && message.translated !== false)
                    writer.uint32(/* id 2, wireType 0 =*/16).bool(message.translated);
                if (message.address != null && $Object.hasOwnProperty.call(message, "address") && (typeof message.address === "object" ? message.address.low || message.address.high : message.address !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.address);
                if (message.pageBytes != null && $Object.hasOwnProperty.call(message, "pageBytes") && (typeof message.pageBytes === "object" ? message.pageBytes.low || message.pageBytes.high : message.pageBytes !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.pageBytes);
                if (message.readable != null && $Object.hasOwnProperty.call(message, "readable") && message.readable !== false)
                    writer.uint32(/* id 5, wireType 0 =*/40).bool(message.readable);
                if (message.writable != null && $Object.hasOwnProperty.call(message, "writable") && message.writable !== false)
                    writer.uint32(/* id 6, wireType 0 =*/48).bool(message.writable);
                if (message.fault != null && $Object.hasOwnProperty.call(message, "fault"))
                    $root.iommufd_emu.v1.Fault.encode(message.fault, writer.uint32(/* id 7, wireType 2 =*/58).fork(), _depth + 1).ldelim();
                if (message.walk != null && message.walk.length)
                    for (let i = 0; i < message.walk.length; ++i)
                        $root.iommufd_emu.v1.WalkStep.encode(message.walk[i], writer.uint32(/* id 8, wireType 2 =*/66).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a WalkReply message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.WalkReply
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.WalkReply & iommufd_emu.v1.WalkReply.$Shape} WalkReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            WalkReply.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.WalkReply();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.error = value;
                            else
                                delete message.error;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.translated = value;
                            else
                                delete message.translated;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.address = value;
                            else
                                delete message.address;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.pageBytes = value;
                            else
                                delete message.pageBytes;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.readable = value;
                            else
                                delete message.readable;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.writable = value;
                            else
                                delete message.writable;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            message.fault = $root.iommufd_emu.v1.Fault.decode(reader, reader.size(), $undefined, _depth + 1, message.fault);
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            if (!(message.walk && message.walk.length))
                                message.walk = [];
                            message.walk.push($root.iommufd_emu.v1.WalkStep.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return WalkReply;
        })();

        v1.DeviceAdd = (function() {

            /**
             * Properties of a DeviceAdd.
             * @typedef {Object} iommufd_emu.v1.DeviceAdd.$Properties
             * @property {string|null} [device] DeviceAdd device
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a DeviceAdd.
             * @memberof iommufd_emu.v1
             * @interface IDeviceAdd
             * @augments iommufd_emu.v1.DeviceAdd.$Properties
             * @deprecated Use iommufd_emu.v1.DeviceAdd.$Properties instead.
             */

            /**
             * Shape of a DeviceAdd.
             * @typedef {iommufd_emu.v1.DeviceAdd.$Properties} iommufd_emu.v1.DeviceAdd.$Shape
             */

            /**
             * Constructs a new DeviceAdd.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a DeviceAdd.
             * @constructor
             * @param {iommufd_emu.v1.DeviceAdd.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const DeviceAdd = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * DeviceAdd device.
             * @member {string} device
             * @memberof iommufd_emu.v1.DeviceAdd
             * @instance
             */
            DeviceAdd.prototype.device = "";

            /**
             * Creates a new DeviceAdd instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.DeviceAdd
             * @static
             * @param {iommufd_emu.v1.DeviceAdd.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.DeviceAdd} DeviceAdd instance
             * @type {{
             *   (properties: iommufd_emu.v1.DeviceAdd.$Shape): iommufd_emu.v1.DeviceAdd & iommufd_emu.v1.DeviceAdd.$Shape;
             *   (properties?: iommufd_emu.v1.DeviceAdd.$Properties): iommufd_emu.v1.DeviceAdd;
             * }}
             */
            DeviceAdd.create = function(properties) {
                return new DeviceAdd(properties);
            };

            /**
             * Encodes the specified DeviceAdd message. Does not implicitly {@link iommufd_emu.v1.DeviceAdd.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.DeviceAdd
             * @static
             * @param {iommufd_emu.v1.DeviceAdd.$Properties} message DeviceAdd message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            DeviceAdd.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.device != null && $Object.hasOwnProperty.call(message, "device") && message.device !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.device);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a DeviceAdd message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.DeviceAdd
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.DeviceAdd & iommufd_emu.v1.DeviceAdd.$Shape} DeviceAdd
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            DeviceAdd.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.DeviceAdd();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.device = value;
                            else
                                delete message.device;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return DeviceAdd;
        })();

        v1.DeviceRemove = (function() {

            /**
             * Properties of a DeviceRemove.
             * @typedef {Object} iommufd_emu.v1.DeviceRemove.$Properties
             * @property {string|null} [address] DeviceRemove address
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a DeviceRemove.
             * @memberof iommufd_emu.v1
             * @interface IDeviceRemove
             * @augments iommufd_emu.v1.DeviceRemove.$Properties
             * @deprecated Use iommufd_emu.v1.DeviceRemove.$Properties instead.
             */

            /**
             * Shape of a DeviceRemove.
             * @typedef {iommufd_emu.v1.DeviceRemove.$Properties} iommufd_emu.v1.DeviceRemove.$Shape
             */

            /**
             * Constructs a new DeviceRemove.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a DeviceRemove.
             * @constructor
             * @param {iommufd_emu.v1.DeviceRemove.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const DeviceRemove = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * DeviceRemove address.
             * @member {string} address
             * @memberof iommufd_emu.v1.DeviceRemove
             * @instance
             */
            DeviceRemove.prototype.address = "";

            /**
             * Creates a new DeviceRemove instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.DeviceRemove
             * @static
             * @param {iommufd_emu.v1.DeviceRemove.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.DeviceRemove} DeviceRemove instance
             * @type {{
             *   (properties: iommufd_emu.v1.DeviceRemove.$Shape): iommufd_emu.v1.DeviceRemove & iommufd_emu.v1.DeviceRemove.$Shape;
             *   (properties?: iommufd_emu.v1.DeviceRemove.$Properties): iommufd_emu.v1.DeviceRemove;
             * }}
             */
            DeviceRemove.create = function(properties) {
                return new DeviceRemove(properties);
            };

            /**
             * Encodes the specified DeviceRemove message. Does not implicitly {@link iommufd_emu.v1.DeviceRemove.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.DeviceRemove
             * @static
             * @param {iommufd_emu.v1.DeviceRemove.$Properties} message DeviceRemove message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            DeviceRemove.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.address != null && $Object.hasOwnProperty.call(message, "address") && message.address !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.address);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a DeviceRemove message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.DeviceRemove
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.DeviceRemove & iommufd_emu.v1.DeviceRemove.$Shape} DeviceRemove
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            DeviceRemove.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.DeviceRemove();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.address = value;
                            else
                                delete message.address;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return DeviceRemove;
        })();

        v1.Status = (function() {

            /**
             * Properties of a Status.
             * @typedef {Object} iommufd_emu.v1.Status.$Properties
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Status.
             * @memberof iommufd_emu.v1
             * @interface IStatus
             * @augments iommufd_emu.v1.Status.$Properties
             * @deprecated Use iommufd_emu.v1.Status.$Properties instead.
             */

            /**
             * Shape of a Status.
             * @typedef {iommufd_emu.v1.Status.$Properties} iommufd_emu.v1.Status.$Shape
             */

            /**
             * Constructs a new Status.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a Status.
             * @constructor
             * @param {iommufd_emu.v1.Status.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Status = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Creates a new Status instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.Status
             * @static
             * @param {iommufd_emu.v1.Status.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.Status} Status instance
             * @type {{
             *   (properties: iommufd_emu.v1.Status.$Shape): iommufd_emu.v1.Status & iommufd_emu.v1.Status.$Shape;
             *   (properties?: iommufd_emu.v1.Status.$Properties): iommufd_emu.v1.Status;
             * }}
             */
            Status.create = function(properties) {
                return new Status(properties);
            };

            /**
             * Encodes the specified Status message. Does not implicitly {@link iommufd_emu.v1.Status.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.Status
             * @static
             * @param {iommufd_emu.v1.Status.$Properties} message Status message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Status.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Status message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.Status
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Status & iommufd_emu.v1.Status.$Shape} Status
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Status.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.Status();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    reader.skipType(tag & 7, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Status;
        })();

        v1.StatusReply = (function() {

            /**
             * Properties of a StatusReply.
             * @typedef {Object} iommufd_emu.v1.StatusReply.$Properties
             * @property {string|null} [json] StatusReply json
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a StatusReply.
             * @memberof iommufd_emu.v1
             * @interface IStatusReply
             * @augments iommufd_emu.v1.StatusReply.$Properties
             * @deprecated Use iommufd_emu.v1.StatusReply.$Properties instead.
             */

            /**
             * Shape of a StatusReply.
             * @typedef {iommufd_emu.v1.StatusReply.$Properties} iommufd_emu.v1.StatusReply.$Shape
             */

            /**
             * Constructs a new StatusReply.
             * @memberof iommufd_emu.v1
             * @classdesc Represents a StatusReply.
             * @constructor
             * @param {iommufd_emu.v1.StatusReply.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const StatusReply = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * StatusReply json.
             * @member {string} json
             * @memberof iommufd_emu.v1.StatusReply
             * @instance
             */
            StatusReply.prototype.json = "";

            /**
             * Creates a new StatusReply instance using the specified properties.
             * @function create
             * @memberof iommufd_emu.v1.StatusReply
             * @static
             * @param {iommufd_emu.v1.StatusReply.$Properties=} [properties] Properties to set
             * @returns {iommufd_emu.v1.StatusReply} StatusReply instance
             * @type {{
             *   (properties: iommufd_emu.v1.StatusReply.$Shape): iommufd_emu.v1.StatusReply & iommufd_emu.v1.StatusReply.$Shape;
             *   (properties?: iommufd_emu.v1.StatusReply.$Properties): iommufd_emu.v1.StatusReply;
             * }}
             */
            StatusReply.create = function(properties) {
                return new StatusReply(properties);
            };

            /**
             * Encodes the specified StatusReply message. Does not implicitly {@link iommufd_emu.v1.StatusReply.verify|verify} messages.
             * @function encode
             * @memberof iommufd_emu.v1.StatusReply
             * @static
             * @param {iommufd_emu.v1.StatusReply.$Properties} message StatusReply message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            StatusReply.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.json != null && $Object.hasOwnProperty.call(message, "json") && message.json !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.json);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a StatusReply message from the specified reader or buffer.
             * @function decode
             * @memberof iommufd_emu.v1.StatusReply
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.StatusReply & iommufd_emu.v1.StatusReply.$Shape} StatusReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            StatusReply.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.iommufd_emu.v1.StatusReply();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.json = value;
                            else
                                delete message.json;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return StatusReply;
        })();

        return v1;
    })();

    return iommufd_emu;
})();

export {
  $root as default
};
