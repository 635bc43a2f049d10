import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace iommufd_emu. */
export namespace iommufd_emu {

    /** Namespace v1. */
    namespace v1 {

        /**
         * Properties of a ClientFrame.
         * @deprecated Use iommufd_emu.v1.ClientFrame.$Properties instead.
         */
        interface IClientFrame extends iommufd_emu.v1.ClientFrame.$Properties {
        }

        /** Represents a ClientFrame. */
        class ClientFrame {

            /**
             * Constructs a new ClientFrame.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.ClientFrame.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ClientFrame sequence. */
            sequence: number;

            /** ClientFrame hello. */
            hello?: (iommufd_emu.v1.Hello.$Properties|null);

            /** ClientFrame open. */
            open?: (iommufd_emu.v1.Open.$Properties|null);

            /** ClientFrame join. */
            join?: (iommufd_emu.v1.Join.$Properties|null);

            /** ClientFrame ioctl. */
            ioctl?: (iommufd_emu.v1.Ioctl.$Properties|null);

            /** ClientFrame batch. */
            batch?: (iommufd_emu.v1.Batch.$Properties|null);

            /** ClientFrame close. */
            close?: (iommufd_emu.v1.Close.$Properties|null);

            /** ClientFrame sync. */
            sync?: (iommufd_emu.v1.Sync.$Properties|null);

            /** ClientFrame regionAdd. */
            regionAdd?: (iommufd_emu.v1.RegionAdd.$Properties|null);

            /** ClientFrame regionRemove. */
            regionRemove?: (iommufd_emu.v1.RegionRemove.$Properties|null);

            /** ClientFrame memoryResult. */
            memoryResult?: (iommufd_emu.v1.MemoryResult.$Properties|null);

            /** ClientFrame deviceBind. */
            deviceBind?: (iommufd_emu.v1.DeviceBind.$Properties|null);

            /** ClientFrame deviceAttach. */
            deviceAttach?: (iommufd_emu.v1.DeviceAttach.$Properties|null);

            /** ClientFrame deviceDetach. */
            deviceDetach?: (iommufd_emu.v1.DeviceDetach.$Properties|null);

            /** ClientFrame deviceDma. */
            deviceDma?: (iommufd_emu.v1.DeviceDma.$Properties|null);

            /** ClientFrame deviceFaults. */
            deviceFaults?: (iommufd_emu.v1.DeviceFaults.$Properties|null);

            /** ClientFrame deviceWalk. */
            deviceWalk?: (iommufd_emu.v1.DeviceWalk.$Properties|null);

            /** ClientFrame status. */
            status?: (iommufd_emu.v1.Status.$Properties|null);

            /** ClientFrame read. */
            read?: (iommufd_emu.v1.Read.$Properties|null);

            /** ClientFrame write. */
            write?: (iommufd_emu.v1.Write.$Properties|null);

            /** ClientFrame map. */
            map?: (iommufd_emu.v1.Map.$Properties|null);

            /** ClientFrame keep. */
            keep?: (iommufd_emu.v1.Keep.$Properties|null);

            /** ClientFrame access. */
            access?: (iommufd_emu.v1.Access.$Properties|null);

            /** ClientFrame deviceAdd. */
            deviceAdd?: (iommufd_emu.v1.DeviceAdd.$Properties|null);

            /** ClientFrame deviceRemove. */
            deviceRemove?: (iommufd_emu.v1.DeviceRemove.$Properties|null);

            /** ClientFrame ring. */
            ring?: (iommufd_emu.v1.Ring.$Properties|null);

            /** ClientFrame doorbell. */
            doorbell?: (iommufd_emu.v1.Doorbell.$Properties|null);

            /** ClientFrame body. */
            body?: ("hello"|"open"|"join"|"ioctl"|"batch"|"close"|"sync"|"regionAdd"|"regionRemove"|"memoryResult"|"deviceBind"|"deviceAttach"|"deviceDetach"|"deviceDma"|"deviceFaults"|"deviceWalk"|"status"|"read"|"write"|"map"|"keep"|"access"|"deviceAdd"|"deviceRemove"|"ring"|"doorbell");

            /**
             * Creates a new ClientFrame instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ClientFrame instance
             */
            static create(properties: iommufd_emu.v1.ClientFrame.$Shape): iommufd_emu.v1.ClientFrame & iommufd_emu.v1.ClientFrame.$Shape;
            static create(properties?: iommufd_emu.v1.ClientFrame.$Properties): iommufd_emu.v1.ClientFrame;

            /**
             * Encodes the specified ClientFrame message. Does not implicitly {@link iommufd_emu.v1.ClientFrame.verify|verify} messages.
             * @param message ClientFrame message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.ClientFrame.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ClientFrame message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.ClientFrame & iommufd_emu.v1.ClientFrame.$Shape} ClientFrame
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.ClientFrame & iommufd_emu.v1.ClientFrame.$Shape;
        }

        namespace ClientFrame {

            /** Properties of a ClientFrame. */
            interface $Properties {

                /** ClientFrame sequence */
                sequence?: (number|null);

                /** ClientFrame hello */
                hello?: (iommufd_emu.v1.Hello.$Properties|null);

                /** ClientFrame open */
                open?: (iommufd_emu.v1.Open.$Properties|null);

                /** ClientFrame join */
                join?: (iommufd_emu.v1.Join.$Properties|null);

                /** ClientFrame ioctl */
                ioctl?: (iommufd_emu.v1.Ioctl.$Properties|null);

                /** ClientFrame batch */
                batch?: (iommufd_emu.v1.Batch.$Properties|null);

                /** ClientFrame close */
                close?: (iommufd_emu.v1.Close.$Properties|null);

                /** ClientFrame sync */
                sync?: (iommufd_emu.v1.Sync.$Properties|null);

                /** ClientFrame regionAdd */
                regionAdd?: (iommufd_emu.v1.RegionAdd.$Properties|null);

                /** ClientFrame regionRemove */
                regionRemove?: (iommufd_emu.v1.RegionRemove.$Properties|null);

                /** ClientFrame memoryResult */
                memoryResult?: (iommufd_emu.v1.MemoryResult.$Properties|null);

                /** ClientFrame deviceBind */
                deviceBind?: (iommufd_emu.v1.DeviceBind.$Properties|null);

                /** ClientFrame deviceAttach */
                deviceAttach?: (iommufd_emu.v1.DeviceAttach.$Properties|null);

                /** ClientFrame deviceDetach */
                deviceDetach?: (iommufd_emu.v1.DeviceDetach.$Properties|null);

                /** ClientFrame deviceDma */
                deviceDma?: (iommufd_emu.v1.DeviceDma.$Properties|null);

                /** ClientFrame deviceFaults */
                deviceFaults?: (iommufd_emu.v1.DeviceFaults.$Properties|null);

                /** ClientFrame deviceWalk */
                deviceWalk?: (iommufd_emu.v1.DeviceWalk.$Properties|null);

                /** ClientFrame status */
                status?: (iommufd_emu.v1.Status.$Properties|null);

                /** ClientFrame read */
                read?: (iommufd_emu.v1.Read.$Properties|null);

                /** ClientFrame write */
                write?: (iommufd_emu.v1.Write.$Properties|null);

                /** ClientFrame map */
                map?: (iommufd_emu.v1.Map.$Properties|null);

                /** ClientFrame keep */
                keep?: (iommufd_emu.v1.Keep.$Properties|null);

                /** ClientFrame access */
                access?: (iommufd_emu.v1.Access.$Properties|null);

                /** ClientFrame deviceAdd */
                deviceAdd?: (iommufd_emu.v1.DeviceAdd.$Properties|null);

                /** ClientFrame deviceRemove */
                deviceRemove?: (iommufd_emu.v1.DeviceRemove.$Properties|null);

                /** ClientFrame ring */
                ring?: (iommufd_emu.v1.Ring.$Properties|null);

                /** ClientFrame doorbell */
                doorbell?: (iommufd_emu.v1.Doorbell.$Properties|null);

                /** ClientFrame body */
                body?: ("hello"|"open"|"join"|"ioctl"|"batch"|"close"|"sync"|"regionAdd"|"regionRemove"|"memoryResult"|"deviceBind"|"deviceAttach"|"deviceDetach"|"deviceDma"|"deviceFaults"|"deviceWalk"|"status"|"read"|"write"|"map"|"keep"|"access"|"deviceAdd"|"deviceRemove"|"ring"|"doorbell");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a ClientFrame. */
            type $Shape = {
              sequence?: number|null;
              hello?: iommufd_emu.v1.Hello.$Shape|null;
              open?: iommufd_emu.v1.Open.$Shape|null;
              join?: iommufd_emu.v1.Join.$Shape|null;
              ioctl?: iommufd_emu.v1.Ioctl.$Shape|null;
              batch?: iommufd_emu.v1.Batch.$Shape|null;
              close?: iommufd_emu.v1.Close.$Shape|null;
              sync?: iommufd_emu.v1.Sync.$Shape|null;
              regionAdd?: iommufd_emu.v1.RegionAdd.$Shape|null;
              regionRemove?: iommufd_emu.v1.RegionRemove.$Shape|null;
              memoryResult?: iommufd_emu.v1.MemoryResult.$Shape|null;
              deviceBind?: iommufd_emu.v1.DeviceBind.$Shape|null;
              deviceAttach?: iommufd_emu.v1.DeviceAttach.$Shape|null;
              deviceDetach?: iommufd_emu.v1.DeviceDetach.$Shape|null;
              deviceDma?: iommufd_emu.v1.DeviceDma.$Shape|null;
              deviceFaults?: iommufd_emu.v1.DeviceFaults.$Shape|null;
              deviceWalk?: iommufd_emu.v1.DeviceWalk.$Shape|null;
              status?: iommufd_emu.v1.Status.$Shape|null;
              read?: iommufd_emu.v1.Read.$Shape|null;
              write?: iommufd_emu.v1.Write.$Shape|null;
              map?: iommufd_emu.v1.Map.$Shape|null;
              keep?: iommufd_emu.v1.Keep.$Shape|null;
              access?: iommufd_emu.v1.Access.$Shape|null;
              deviceAdd?: iommufd_emu.v1.DeviceAdd.$Shape|null;
              deviceRemove?: iommufd_emu.v1.DeviceRemove.$Shape|null;
              ring?: iommufd_emu.v1.Ring.$Shape|null;
              doorbell?: iommufd_emu.v1.Doorbell.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ body?: undefined; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "hello"; hello: iommufd_emu.v1.Hello.$Shape; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "open"; hello?: null; open: iommufd_emu.v1.Open.$Shape; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "join"; hello?: null; open?: null; join: iommufd_emu.v1.Join.$Shape; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "ioctl"; hello?: null; open?: null; join?: null; ioctl: iommufd_emu.v1.Ioctl.$Shape; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "batch"; hello?: null; open?: null; join?: null; ioctl?: null; batch: iommufd_emu.v1.Batch.$Shape; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "close"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close: iommufd_emu.v1.Close.$Shape; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "sync"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync: iommufd_emu.v1.Sync.$Shape; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "regionAdd"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd: iommufd_emu.v1.RegionAdd.$Shape; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "regionRemove"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove: iommufd_emu.v1.RegionRemove.$Shape; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "memoryResult"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult: iommufd_emu.v1.MemoryResult.$Shape; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "deviceBind"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind: iommufd_emu.v1.DeviceBind.$Shape; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "deviceAttach"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach: iommufd_emu.v1.DeviceAttach.$Shape; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "deviceDetach"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach: iommufd_emu.v1.DeviceDetach.$Shape; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "deviceDma"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma: iommufd_emu.v1.DeviceDma.$Shape; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "deviceFaults"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults: iommufd_emu.v1.DeviceFaults.$Shape; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "deviceWalk"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk: iommufd_emu.v1.DeviceWalk.$Shape; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "status"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status: iommufd_emu.v1.Status.$Shape; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "read"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read: iommufd_emu.v1.Read.$Shape; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "write"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write: iommufd_emu.v1.Write.$Shape; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "map"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map: iommufd_emu.v1.Map.$Shape; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "keep"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep: iommufd_emu.v1.Keep.$Shape; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "access"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access: iommufd_emu.v1.Access.$Shape; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "deviceAdd"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd: iommufd_emu.v1.DeviceAdd.$Shape; deviceRemove?: null; ring?: null; doorbell?: null }|{ body?: "deviceRemove"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove: iommufd_emu.v1.DeviceRemove.$Shape; ring?: null; doorbell?: null }|{ body?: "ring"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring: iommufd_emu.v1.Ring.$Shape; doorbell?: null }|{ body?: "doorbell"; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; regionAdd?: null; regionRemove?: null; memoryResult?: null; deviceBind?: null; deviceAttach?: null; deviceDetach?: null; deviceDma?: null; deviceFaults?: null; deviceWalk?: null; status?: null; read?: null; write?: null; map?: null; keep?: null; access?: null; deviceAdd?: null; deviceRemove?: null; ring?: null; doorbell: iommufd_emu.v1.Doorbell.$Shape })
            );
        }

        /**
         * Properties of a ServerFrame.
         * @deprecated Use iommufd_emu.v1.ServerFrame.$Properties instead.
         */
        interface IServerFrame extends iommufd_emu.v1.ServerFrame.$Properties {
        }

        /** Represents a ServerFrame. */
        class ServerFrame {

            /**
             * Constructs a new ServerFrame.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.ServerFrame.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ServerFrame sequence. */
            sequence: number;

            /** ServerFrame error. */
            error?: (iommufd_emu.v1.Error.$Properties|null);

            /** ServerFrame hello. */
            hello?: (iommufd_emu.v1.HelloReply.$Properties|null);

            /** ServerFrame open. */
            open?: (iommufd_emu.v1.OpenReply.$Properties|null);

            /** ServerFrame join. */
            join?: (iommufd_emu.v1.JoinReply.$Properties|null);

            /** ServerFrame ioctl. */
            ioctl?: (iommufd_emu.v1.IoctlReply.$Properties|null);

            /** ServerFrame batch. */
            batch?: (iommufd_emu.v1.BatchReply.$Properties|null);

            /** ServerFrame close. */
            close?: (iommufd_emu.v1.CloseReply.$Properties|null);

            /** ServerFrame sync. */
            sync?: (iommufd_emu.v1.SyncReply.$Properties|null);

            /** ServerFrame result. */
            result?: (iommufd_emu.v1.Result.$Properties|null);

            /** ServerFrame memoryRequest. */
            memoryRequest?: (iommufd_emu.v1.MemoryRequest.$Properties|null);

            /** ServerFrame dma. */
            dma?: (iommufd_emu.v1.DmaReply.$Properties|null);

            /** ServerFrame faults. */
            faults?: (iommufd_emu.v1.FaultsReply.$Properties|null);

            /** ServerFrame walk. */
            walk?: (iommufd_emu.v1.WalkReply.$Properties|null);

            /** ServerFrame status. */
            status?: (iommufd_emu.v1.StatusReply.$Properties|null);

            /** ServerFrame file. */
            file?: (iommufd_emu.v1.FileReply.$Properties|null);

            /** ServerFrame readable. */
            readable?: (iommufd_emu.v1.Readable.$Properties|null);

            /** ServerFrame map. */
            map?: (iommufd_emu.v1.MapReply.$Properties|null);

            /** ServerFrame access. */
            access?: (iommufd_emu.v1.AccessReply.$Properties|null);

            /** ServerFrame ring. */
            ring?: (iommufd_emu.v1.RingReply.$Properties|null);

            /** ServerFrame doorbell. */
            doorbell?: (iommufd_emu.v1.Doorbell.$Properties|null);

            /** ServerFrame body. */
            body?: ("error"|"hello"|"open"|"join"|"ioctl"|"batch"|"close"|"sync"|"result"|"memoryRequest"|"dma"|"faults"|"walk"|"status"|"file"|"readable"|"map"|"access"|"ring"|"doorbell");

            /**
             * Creates a new ServerFrame instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ServerFrame instance
             */
            static create(properties: iommufd_emu.v1.ServerFrame.$Shape): iommufd_emu.v1.ServerFrame & iommufd_emu.v1.ServerFrame.$Shape;
            static create(properties?: iommufd_emu.v1.ServerFrame.$Properties): iommufd_emu.v1.ServerFrame;

            /**
             * Encodes the specified ServerFrame message. Does not implicitly {@link iommufd_emu.v1.ServerFrame.verify|verify} messages.
             * @param message ServerFrame message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.ServerFrame.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ServerFrame message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.ServerFrame & iommufd_emu.v1.ServerFrame.$Shape} ServerFrame
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.ServerFrame & iommufd_emu.v1.ServerFrame.$Shape;
        }

        namespace ServerFrame {

            /** Properties of a ServerFrame. */
            interface $Properties {

                /** ServerFrame sequence */
                sequence?: (number|null);

                /** ServerFrame error */
                error?: (iommufd_emu.v1.Error.$Properties|null);

                /** ServerFrame hello */
                hello?: (iommufd_emu.v1.HelloReply.$Properties|null);

                /** ServerFrame open */
                open?: (iommufd_emu.v1.OpenReply.$Properties|null);

                /** ServerFrame join */
                join?: (iommufd_emu.v1.JoinReply.$Properties|null);

                /** ServerFrame ioctl */
                ioctl?: (iommufd_emu.v1.IoctlReply.$Properties|null);

                /** ServerFrame batch */
                batch?: (iommufd_emu.v1.BatchReply.$Properties|null);

                /** ServerFrame close */
                close?: (iommufd_emu.v1.CloseReply.$Properties|null);

                /** ServerFrame sync */
                sync?: (iommufd_emu.v1.SyncReply.$Properties|null);

                /** ServerFrame result */
                result?: (iommufd_emu.v1.Result.$Properties|null);

                /** ServerFrame memoryRequest */
                memoryRequest?: (iommufd_emu.v1.MemoryRequest.$Properties|null);

                /** ServerFrame dma */
                dma?: (iommufd_emu.v1.DmaReply.$Properties|null);

                /** ServerFrame faults */
                faults?: (iommufd_emu.v1.FaultsReply.$Properties|null);

                /** ServerFrame walk */
                walk?: (iommufd_emu.v1.WalkReply.$Properties|null);

                /** ServerFrame status */
                status?: (iommufd_emu.v1.StatusReply.$Properties|null);

                /** ServerFrame file */
                file?: (iommufd_emu.v1.FileReply.$Properties|null);

                /** ServerFrame readable */
                readable?: (iommufd_emu.v1.Readable.$Properties|null);

                /** ServerFrame map */
                map?: (iommufd_emu.v1.MapReply.$Properties|null);

                /** ServerFrame access */
                access?: (iommufd_emu.v1.AccessReply.$Properties|null);

                /** ServerFrame ring */
                ring?: (iommufd_emu.v1.RingReply.$Properties|null);

                /** ServerFrame doorbell */
                doorbell?: (iommufd_emu.v1.Doorbell.$Properties|null);

                /** ServerFrame body */
                body?: ("error"|"hello"|"open"|"join"|"ioctl"|"batch"|"close"|"sync"|"result"|"memoryRequest"|"dma"|"faults"|"walk"|"status"|"file"|"readable"|"map"|"access"|"ring"|"doorbell");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a ServerFrame. */
            type $Shape = {
              sequence?: number|null;
              error?: iommufd_emu.v1.Error.$Shape|null;
              hello?: iommufd_emu.v1.HelloReply.$Shape|null;
              open?: iommufd_emu.v1.OpenReply.$Shape|null;
              join?: iommufd_emu.v1.JoinReply.$Shape|null;
              ioctl?: iommufd_emu.v1.IoctlReply.$Shape|null;
              batch?: iommufd_emu.v1.BatchReply.$Shape|null;
              close?: iommufd_emu.v1.CloseReply.$Shape|null;
              sync?: iommufd_emu.v1.SyncReply.$Shape|null;
              result?: iommufd_emu.v1.Result.$Shape|null;
              memoryRequest?: iommufd_emu.v1.MemoryRequest.$Shape|null;
              dma?: iommufd_emu.v1.DmaReply.$Shape|null;
              faults?: iommufd_emu.v1.FaultsReply.$Shape|null;
              walk?: iommufd_emu.v1.WalkReply.$Shape|null;
              status?: iommufd_emu.v1.StatusReply.$Shape|null;
              file?: iommufd_emu.v1.FileReply.$Shape|null;
              readable?: iommufd_emu.v1.Readable.$Shape|null;
              map?: iommufd_emu.v1.MapReply.$Shape|null;
              access?: iommufd_emu.v1.AccessReply.$Shape|null;
              ring?: iommufd_emu.v1.RingReply.$Shape|null;
              doorbell?: iommufd_emu.v1.Doorbell.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ body?: undefined; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "error"; error: iommufd_emu.v1.Error.$Shape; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "hello"; error?: null; hello: iommufd_emu.v1.HelloReply.$Shape; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "open"; error?: null; hello?: null; open: iommufd_emu.v1.OpenReply.$Shape; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "join"; error?: null; hello?: null; open?: null; join: iommufd_emu.v1.JoinReply.$Shape; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "ioctl"; error?: null; hello?: null; open?: null; join?: null; ioctl: iommufd_emu.v1.IoctlReply.$Shape; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "batch"; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch: iommufd_emu.v1.BatchReply.$Shape; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "close"; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close: iommufd_emu.v1.CloseReply.$Shape; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "sync"; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync: iommufd_emu.v1.SyncReply.$Shape; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "result"; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result: iommufd_emu.v1.Result.$Shape; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "memoryRequest"; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest: iommufd_emu.v1.MemoryRequest.$Shape; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "dma"; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma: iommufd_emu.v1.DmaReply.$Shape; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "faults"; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults: iommufd_emu.v1.FaultsReply.$Shape; walk?: null; status?: null; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "walk"; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk: iommufd_emu.v1.WalkReply.$Shape; status?: null; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "status"; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status: iommufd_emu.v1.StatusReply.$Shape; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "file"; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file: iommufd_emu.v1.FileReply.$Shape; readable?: null; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "readable"; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable: iommufd_emu.v1.Readable.$Shape; map?: null; access?: null; ring?: null; doorbell?: null }|{ body?: "map"; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map: iommufd_emu.v1.MapReply.$Shape; access?: null; ring?: null; doorbell?: null }|{ body?: "access"; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map?: null; access: iommufd_emu.v1.AccessReply.$Shape; ring?: null; doorbell?: null }|{ body?: "ring"; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map?: null; access?: null; ring: iommufd_emu.v1.RingReply.$Shape; doorbell?: null }|{ body?: "doorbell"; error?: null; hello?: null; open?: null; join?: null; ioctl?: null; batch?: null; close?: null; sync?: null; result?: null; memoryRequest?: null; dma?: null; faults?: null; walk?: null; status?: null; file?: null; readable?: null; map?: null; access?: null; ring?: null; doorbell: iommufd_emu.v1.Doorbell.$Shape })
            );
        }

        /**
         * Properties of an Error.
         * @deprecated Use iommufd_emu.v1.Error.$Properties instead.
         */
        interface IError extends iommufd_emu.v1.Error.$Properties {
        }

        /** Represents an Error. */
        class Error {

            /**
             * Constructs a new Error.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.Error.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Error code. */
            code: string;

            /** Error message. */
            message: string;

            /**
             * Creates a new Error instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Error instance
             */
            static create(properties: iommufd_emu.v1.Error.$Shape): iommufd_emu.v1.Error & iommufd_emu.v1.Error.$Shape;
            static create(properties?: iommufd_emu.v1.Error.$Properties): iommufd_emu.v1.Error;

            /**
             * Encodes the specified Error message. Does not implicitly {@link iommufd_emu.v1.Error.verify|verify} messages.
             * @param message Error message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.Error.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Error message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Error & iommufd_emu.v1.Error.$Shape} Error
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.Error & iommufd_emu.v1.Error.$Shape;
        }

        namespace Error {

            /** Properties of an Error. */
            interface $Properties {

                /** Error code */
                code?: (string|null);

                /** Error message */
                message?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Error. */
            type $Shape = iommufd_emu.v1.Error.$Properties;
        }

        /**
         * Properties of a Hello.
         * @deprecated Use iommufd_emu.v1.Hello.$Properties instead.
         */
        interface IHello extends iommufd_emu.v1.Hello.$Properties {
        }

        /** Represents a Hello. */
        class Hello {

            /**
             * Constructs a new Hello.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.Hello.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Hello version. */
            version: number;

            /** Hello required. */
            required: string[];

            /** Hello client. */
            client: string;

            /**
             * Creates a new Hello instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Hello instance
             */
            static create(properties: iommufd_emu.v1.Hello.$Shape): iommufd_emu.v1.Hello & iommufd_emu.v1.Hello.$Shape;
            static create(properties?: iommufd_emu.v1.Hello.$Properties): iommufd_emu.v1.Hello;

            /**
             * Encodes the specified Hello message. Does not implicitly {@link iommufd_emu.v1.Hello.verify|verify} messages.
             * @param message Hello message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.Hello.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Hello message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Hello & iommufd_emu.v1.Hello.$Shape} Hello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.Hello & iommufd_emu.v1.Hello.$Shape;
        }

        namespace Hello {

            /** Properties of a Hello. */
            interface $Properties {

                /** Hello version */
                version?: (number|null);

                /** Hello required */
                required?: (string[]|null);

                /** Hello client */
                client?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Hello. */
            type $Shape = iommufd_emu.v1.Hello.$Properties;
        }

        /**
         * Properties of a HelloReply.
         * @deprecated Use iommufd_emu.v1.HelloReply.$Properties instead.
         */
        interface IHelloReply extends iommufd_emu.v1.HelloReply.$Properties {
        }

        /** Represents a HelloReply. */
        class HelloReply {

            /**
             * Constructs a new HelloReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.HelloReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** HelloReply version. */
            version: number;

            /** HelloReply features. */
            features: string[];

            /** HelloReply limits. */
            limits?: (iommufd_emu.v1.Limits.$Properties|null);

            /** HelloReply daemon. */
            daemon: string;

            /** HelloReply peerKnown. */
            peerKnown: boolean;

            /** HelloReply processMemory. */
            processMemory: boolean;

            /**
             * Creates a new HelloReply instance using the specified properties.
             * @param [properties] Properties to set
             * @returns HelloReply instance
             */
            static create(properties: iommufd_emu.v1.HelloReply.$Shape): iommufd_emu.v1.HelloReply & iommufd_emu.v1.HelloReply.$Shape;
            static create(properties?: iommufd_emu.v1.HelloReply.$Properties): iommufd_emu.v1.HelloReply;

            /**
             * Encodes the specified HelloReply message. Does not implicitly {@link iommufd_emu.v1.HelloReply.verify|verify} messages.
             * @param message HelloReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.HelloReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a HelloReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.HelloReply & iommufd_emu.v1.HelloReply.$Shape} HelloReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.HelloReply & iommufd_emu.v1.HelloReply.$Shape;
        }

        namespace HelloReply {

            /** Properties of a HelloReply. */
            interface $Properties {

                /** HelloReply version */
                version?: (number|null);

                /** HelloReply features */
                features?: (string[]|null);

                /** HelloReply limits */
                limits?: (iommufd_emu.v1.Limits.$Properties|null);

                /** HelloReply daemon */
                daemon?: (string|null);

                /** HelloReply peerKnown */
                peerKnown?: (boolean|null);

                /** HelloReply processMemory */
                processMemory?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a HelloReply. */
            type $Shape = iommufd_emu.v1.HelloReply.$Properties;
        }

        /**
         * Properties of a Limits.
         * @deprecated Use iommufd_emu.v1.Limits.$Properties instead.
         */
        interface ILimits extends iommufd_emu.v1.Limits.$Properties {
        }

        /** Represents a Limits. */
        class Limits {

            /**
             * Constructs a new Limits.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.Limits.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Limits frameBytesMax. */
            frameBytesMax: number;

            /** Limits segmentsMax. */
            segmentsMax: number;

            /** Limits batchIoctlsMax. */
            batchIoctlsMax: number;

            /** Limits inFlightMax. */
            inFlightMax: number;

            /** Limits regionsMax. */
            regionsMax: number;

            /** Limits dmaBytesMax. */
            dmaBytesMax: number;

            /** Limits dmaMoveBytesMax. */
            dmaMoveBytesMax: Long;

            /**
             * Creates a new Limits instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Limits instance
             */
            static create(properties: iommufd_emu.v1.Limits.$Shape): iommufd_emu.v1.Limits & iommufd_emu.v1.Limits.$Shape;
            static create(properties?: iommufd_emu.v1.Limits.$Properties): iommufd_emu.v1.Limits;

            /**
             * Encodes the specified Limits message. Does not implicitly {@link iommufd_emu.v1.Limits.verify|verify} messages.
             * @param message Limits message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.Limits.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Limits message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Limits & iommufd_emu.v1.Limits.$Shape} Limits
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.Limits & iommufd_emu.v1.Limits.$Shape;
        }

        namespace Limits {

            /** Properties of a Limits. */
            interface $Properties {

                /** Limits frameBytesMax */
                frameBytesMax?: (number|null);

                /** Limits segmentsMax */
                segmentsMax?: (number|null);

                /** Limits batchIoctlsMax */
                batchIoctlsMax?: (number|null);

                /** Limits inFlightMax */
                inFlightMax?: (number|null);

                /** Limits regionsMax */
                regionsMax?: (number|null);

                /** Limits dmaBytesMax */
                dmaBytesMax?: (number|null);

                /** Limits dmaMoveBytesMax */
                dmaMoveBytesMax?: (Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Limits. */
            type $Shape = iommufd_emu.v1.Limits.$Properties;
        }

        /**
         * Properties of an Open.
         * @deprecated Use iommufd_emu.v1.Open.$Properties instead.
         */
        interface IOpen extends iommufd_emu.v1.Open.$Properties {
        }

        /** Represents an Open. */
        class Open {

            /**
             * Constructs a new Open.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.Open.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Open node. */
            node: string;

            /** Open token. */
            token: Uint8Array;

            /** Open raw. */
            raw: boolean;

            /**
             * Creates a new Open instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Open instance
             */
            static create(properties: iommufd_emu.v1.Open.$Shape): iommufd_emu.v1.Open & iommufd_emu.v1.Open.$Shape;
            static create(properties?: iommufd_emu.v1.Open.$Properties): iommufd_emu.v1.Open;

            /**
             * Encodes the specified Open message. Does not implicitly {@link iommufd_emu.v1.Open.verify|verify} messages.
             * @param message Open message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.Open.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Open message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Open & iommufd_emu.v1.Open.$Shape} Open
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.Open & iommufd_emu.v1.Open.$Shape;
        }

        namespace Open {

            /** Properties of an Open. */
            interface $Properties {

                /** Open node */
                node?: (string|null);

                /** Open token */
                token?: (Uint8Array|null);

                /** Open raw */
                raw?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Open. */
            type $Shape = iommufd_emu.v1.Open.$Properties;
        }

        /**
         * Properties of an OpenReply.
         * @deprecated Use iommufd_emu.v1.OpenReply.$Properties instead.
         */
        interface IOpenReply extends iommufd_emu.v1.OpenReply.$Properties {
        }

        /** Represents an OpenReply. */
        class OpenReply {

            /**
             * Constructs a new OpenReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.OpenReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** OpenReply error. */
            error: number;

            /** OpenReply token. */
            token: Uint8Array;

            /**
             * Creates a new OpenReply instance using the specified properties.
             * @param [properties] Properties to set
             * @returns OpenReply instance
             */
            static create(properties: iommufd_emu.v1.OpenReply.$Shape): iommufd_emu.v1.OpenReply & iommufd_emu.v1.OpenReply.$Shape;
            static create(properties?: iommufd_emu.v1.OpenReply.$Properties): iommufd_emu.v1.OpenReply;

            /**
             * Encodes the specified OpenReply message. Does not implicitly {@link iommufd_emu.v1.OpenReply.verify|verify} messages.
             * @param message OpenReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.OpenReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an OpenReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.OpenReply & iommufd_emu.v1.OpenReply.$Shape} OpenReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.OpenReply & iommufd_emu.v1.OpenReply.$Shape;
        }

        namespace OpenReply {

            /** Properties of an OpenReply. */
            interface $Properties {

                /** OpenReply error */
                error?: (number|null);

                /** OpenReply token */
                token?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an OpenReply. */
            type $Shape = iommufd_emu.v1.OpenReply.$Properties;
        }

        /**
         * Properties of a Join.
         * @deprecated Use iommufd_emu.v1.Join.$Properties instead.
         */
        interface IJoin extends iommufd_emu.v1.Join.$Properties {
        }

        /** Represents a Join. */
        class Join {

            /**
             * Constructs a new Join.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.Join.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Join token. */
            token: Uint8Array;

            /** Join hold. */
            hold: boolean;

            /** Join notify. */
            notify: boolean;

            /**
             * Creates a new Join instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Join instance
             */
            static create(properties: iommufd_emu.v1.Join.$Shape): iommufd_emu.v1.Join & iommufd_emu.v1.Join.$Shape;
            static create(properties?: iommufd_emu.v1.Join.$Properties): iommufd_emu.v1.Join;

            /**
             * Encodes the specified Join message. Does not implicitly {@link iommufd_emu.v1.Join.verify|verify} messages.
             * @param message Join message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.Join.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Join message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Join & iommufd_emu.v1.Join.$Shape} Join
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.Join & iommufd_emu.v1.Join.$Shape;
        }

        namespace Join {

            /** Properties of a Join. */
            interface $Properties {

                /** Join token */
                token?: (Uint8Array|null);

                /** Join hold */
                hold?: (boolean|null);

                /** Join notify */
                notify?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Join. */
            type $Shape = iommufd_emu.v1.Join.$Properties;
        }

        /**
         * Properties of a JoinReply.
         * @deprecated Use iommufd_emu.v1.JoinReply.$Properties instead.
         */
        interface IJoinReply extends iommufd_emu.v1.JoinReply.$Properties {
        }

        /** Represents a JoinReply. */
        class JoinReply {

            /**
             * Constructs a new JoinReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.JoinReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** JoinReply error. */
            error: number;

            /** JoinReply size. */
            size: Long;

            /**
             * Creates a new JoinReply instance using the specified properties.
             * @param [properties] Properties to set
             * @returns JoinReply instance
             */
            static create(properties: iommufd_emu.v1.JoinReply.$Shape): iommufd_emu.v1.JoinReply & iommufd_emu.v1.JoinReply.$Shape;
            static create(properties?: iommufd_emu.v1.JoinReply.$Properties): iommufd_emu.v1.JoinReply;

            /**
             * Encodes the specified JoinReply message. Does not implicitly {@link iommufd_emu.v1.JoinReply.verify|verify} messages.
             * @param message JoinReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.JoinReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a JoinReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.JoinReply & iommufd_emu.v1.JoinReply.$Shape} JoinReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.JoinReply & iommufd_emu.v1.JoinReply.$Shape;
        }

        namespace JoinReply {

            /** Properties of a JoinReply. */
            interface $Properties {

                /** JoinReply error */
                error?: (number|null);

                /** JoinReply size */
                size?: (Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a JoinReply. */
            type $Shape = iommufd_emu.v1.JoinReply.$Properties;
        }

        /**
         * Properties of a Close.
         * @deprecated Use iommufd_emu.v1.Close.$Properties instead.
         */
        interface IClose extends iommufd_emu.v1.Close.$Properties {
        }

        /** Represents a Close. */
        class Close {

            /**
             * Constructs a new Close.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.Close.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Creates a new Close instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Close instance
             */
            static create(properties: iommufd_emu.v1.Close.$Shape): iommufd_emu.v1.Close & iommufd_emu.v1.Close.$Shape;
            static create(properties?: iommufd_emu.v1.Close.$Properties): iommufd_emu.v1.Close;

            /**
             * Encodes the specified Close message. Does not implicitly {@link iommufd_emu.v1.Close.verify|verify} messages.
             * @param message Close message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.Close.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Close message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Close & iommufd_emu.v1.Close.$Shape} Close
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.Close & iommufd_emu.v1.Close.$Shape;
        }

        namespace Close {

            /** Properties of a Close. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Close. */
            type $Shape = iommufd_emu.v1.Close.$Properties;
        }

        /**
         * Properties of a CloseReply.
         * @deprecated Use iommufd_emu.v1.CloseReply.$Properties instead.
         */
        interface ICloseReply extends iommufd_emu.v1.CloseReply.$Properties {
        }

        /** Represents a CloseReply. */
        class CloseReply {

            /**
             * Constructs a new CloseReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.CloseReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** CloseReply released. */
            released: boolean;

            /**
             * Creates a new CloseReply instance using the specified properties.
             * @param [properties] Properties to set
             * @returns CloseReply instance
             */
            static create(properties: iommufd_emu.v1.CloseReply.$Shape): iommufd_emu.v1.CloseReply & iommufd_emu.v1.CloseReply.$Shape;
            static create(properties?: iommufd_emu.v1.CloseReply.$Properties): iommufd_emu.v1.CloseReply;

            /**
             * Encodes the specified CloseReply message. Does not implicitly {@link iommufd_emu.v1.CloseReply.verify|verify} messages.
             * @param message CloseReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.CloseReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a CloseReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.CloseReply & iommufd_emu.v1.CloseReply.$Shape} CloseReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.CloseReply & iommufd_emu.v1.CloseReply.$Shape;
        }

        namespace CloseReply {

            /** Properties of a CloseReply. */
            interface $Properties {

                /** CloseReply released */
                released?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a CloseReply. */
            type $Shape = iommufd_emu.v1.CloseReply.$Properties;
        }

        /**
         * Properties of a Sync.
         * @deprecated Use iommufd_emu.v1.Sync.$Properties instead.
         */
        interface ISync extends iommufd_emu.v1.Sync.$Properties {
        }

        /** Represents a Sync. */
        class Sync {

            /**
             * Constructs a new Sync.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.Sync.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Sync token. */
            token: Uint8Array;

            /**
             * Creates a new Sync instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Sync instance
             */
            static create(properties: iommufd_emu.v1.Sync.$Shape): iommufd_emu.v1.Sync & iommufd_emu.v1.Sync.$Shape;
            static create(properties?: iommufd_emu.v1.Sync.$Properties): iommufd_emu.v1.Sync;

            /**
             * Encodes the specified Sync message. Does not implicitly {@link iommufd_emu.v1.Sync.verify|verify} messages.
             * @param message Sync message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.Sync.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Sync message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Sync & iommufd_emu.v1.Sync.$Shape} Sync
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.Sync & iommufd_emu.v1.Sync.$Shape;
        }

        namespace Sync {

            /** Properties of a Sync. */
            interface $Properties {

                /** Sync token */
                token?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Sync. */
            type $Shape = iommufd_emu.v1.Sync.$Properties;
        }

        /**
         * Properties of a SyncReply.
         * @deprecated Use iommufd_emu.v1.SyncReply.$Properties instead.
         */
        interface ISyncReply extends iommufd_emu.v1.SyncReply.$Properties {
        }

        /** Represents a SyncReply. */
        class SyncReply {

            /**
             * Constructs a new SyncReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.SyncReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SyncReply open. */
            open: boolean;

            /**
             * Creates a new SyncReply instance using the specified properties.
             * @param [properties] Properties to set
             * @returns SyncReply instance
             */
            static create(properties: iommufd_emu.v1.SyncReply.$Shape): iommufd_emu.v1.SyncReply & iommufd_emu.v1.SyncReply.$Shape;
            static create(properties?: iommufd_emu.v1.SyncReply.$Properties): iommufd_emu.v1.SyncReply;

            /**
             * Encodes the specified SyncReply message. Does not implicitly {@link iommufd_emu.v1.SyncReply.verify|verify} messages.
             * @param message SyncReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.SyncReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SyncReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.SyncReply & iommufd_emu.v1.SyncReply.$Shape} SyncReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.SyncReply & iommufd_emu.v1.SyncReply.$Shape;
        }

        namespace SyncReply {

            /** Properties of a SyncReply. */
            interface $Properties {

                /** SyncReply open */
                open?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SyncReply. */
            type $Shape = iommufd_emu.v1.SyncReply.$Properties;
        }

        /**
         * Properties of a Ring.
         * @deprecated Use iommufd_emu.v1.Ring.$Properties instead.
         */
        interface IRing extends iommufd_emu.v1.Ring.$Properties {
        }

        /** Represents a Ring. */
        class Ring {

            /**
             * Constructs a new Ring.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.Ring.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Creates a new Ring instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Ring instance
             */
            static create(properties: iommufd_emu.v1.Ring.$Shape): iommufd_emu.v1.Ring & iommufd_emu.v1.Ring.$Shape;
            static create(properties?: iommufd_emu.v1.Ring.$Properties): iommufd_emu.v1.Ring;

            /**
             * Encodes the specified Ring message. Does not implicitly {@link iommufd_emu.v1.Ring.verify|verify} messages.
             * @param message Ring message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.Ring.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Ring message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Ring & iommufd_emu.v1.Ring.$Shape} Ring
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.Ring & iommufd_emu.v1.Ring.$Shape;
        }

        namespace Ring {

            /** Properties of a Ring. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Ring. */
            type $Shape = iommufd_emu.v1.Ring.$Properties;
        }

        /**
         * Properties of a RingReply.
         * @deprecated Use iommufd_emu.v1.RingReply.$Properties instead.
         */
        interface IRingReply extends iommufd_emu.v1.RingReply.$Properties {
        }

        /** Represents a RingReply. */
        class RingReply {

            /**
             * Constructs a new RingReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.RingReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RingReply error. */
            error: number;

            /** RingReply path. */
            path: string;

            /** RingReply slots. */
            slots: number;

            /** RingReply slotBytes. */
            slotBytes: number;

            /** RingReply pieceBytes. */
            pieceBytes: number;

            /**
             * Creates a new RingReply instance using the specified properties.
             * @param [properties] Properties to set
             * @returns RingReply instance
             */
            static create(properties: iommufd_emu.v1.RingReply.$Shape): iommufd_emu.v1.RingReply & iommufd_emu.v1.RingReply.$Shape;
            static create(properties?: iommufd_emu.v1.RingReply.$Properties): iommufd_emu.v1.RingReply;

            /**
             * Encodes the specified RingReply message. Does not implicitly {@link iommufd_emu.v1.RingReply.verify|verify} messages.
             * @param message RingReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.RingReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RingReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.RingReply & iommufd_emu.v1.RingReply.$Shape} RingReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.RingReply & iommufd_emu.v1.RingReply.$Shape;
        }

        namespace RingReply {

            /** Properties of a RingReply. */
            interface $Properties {

                /** RingReply error */
                error?: (number|null);

                /** RingReply path */
                path?: (string|null);

                /** RingReply slots */
                slots?: (number|null);

                /** RingReply slotBytes */
                slotBytes?: (number|null);

                /** RingReply pieceBytes */
                pieceBytes?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RingReply. */
            type $Shape = iommufd_emu.v1.RingReply.$Properties;
        }

        /**
         * Properties of a Doorbell.
         * @deprecated Use iommufd_emu.v1.Doorbell.$Properties instead.
         */
        interface IDoorbell extends iommufd_emu.v1.Doorbell.$Properties {
        }

        /** Represents a Doorbell. */
        class Doorbell {

            /**
             * Constructs a new Doorbell.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.Doorbell.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Creates a new Doorbell instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Doorbell instance
             */
            static create(properties: iommufd_emu.v1.Doorbell.$Shape): iommufd_emu.v1.Doorbell & iommufd_emu.v1.Doorbell.$Shape;
            static create(properties?: iommufd_emu.v1.Doorbell.$Properties): iommufd_emu.v1.Doorbell;

            /**
             * Encodes the specified Doorbell message. Does not implicitly {@link iommufd_emu.v1.Doorbell.verify|verify} messages.
             * @param message Doorbell message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.Doorbell.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Doorbell message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Doorbell & iommufd_emu.v1.Doorbell.$Shape} Doorbell
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.Doorbell & iommufd_emu.v1.Doorbell.$Shape;
        }

        namespace Doorbell {

            /** Properties of a Doorbell. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Doorbell. */
            type $Shape = iommufd_emu.v1.Doorbell.$Properties;
        }

        /**
         * Properties of a Segment.
         * @deprecated Use iommufd_emu.v1.Segment.$Properties instead.
         */
        interface ISegment extends iommufd_emu.v1.Segment.$Properties {
        }

        /** Represents a Segment. */
        class Segment {

            /**
             * Constructs a new Segment.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.Segment.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Segment address. */
            address: Long;

            /** Segment data. */
            data: Uint8Array;

            /**
             * Creates a new Segment instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Segment instance
             */
            static create(properties: iommufd_emu.v1.Segment.$Shape): iommufd_emu.v1.Segment & iommufd_emu.v1.Segment.$Shape;
            static create(properties?: iommufd_emu.v1.Segment.$Properties): iommufd_emu.v1.Segment;

            /**
             * Encodes the specified Segment message. Does not implicitly {@link iommufd_emu.v1.Segment.verify|verify} messages.
             * @param message Segment message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.Segment.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Segment message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Segment & iommufd_emu.v1.Segment.$Shape} Segment
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.Segment & iommufd_emu.v1.Segment.$Shape;
        }

        namespace Segment {

            /** Properties of a Segment. */
            interface $Properties {

                /** Segment address */
                address?: (Long|null);

                /** Segment data */
                data?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Segment. */
            type $Shape = iommufd_emu.v1.Segment.$Properties;
        }

        /**
         * Properties of a Window.
         * @deprecated Use iommufd_emu.v1.Window.$Properties instead.
         */
        interface IWindow extends iommufd_emu.v1.Window.$Properties {
        }

        /** Represents a Window. */
        class Window {

            /**
             * Constructs a new Window.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.Window.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Window address. */
            address: Long;

            /** Window length. */
            length: number;

            /**
             * Creates a new Window instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Window instance
             */
            static create(properties: iommufd_emu.v1.Window.$Shape): iommufd_emu.v1.Window & iommufd_emu.v1.Window.$Shape;
            static create(properties?: iommufd_emu.v1.Window.$Properties): iommufd_emu.v1.Window;

            /**
             * Encodes the specified Window message. Does not implicitly {@link iommufd_emu.v1.Window.verify|verify} messages.
             * @param message Window message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.Window.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Window message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Window & iommufd_emu.v1.Window.$Shape} Window
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.Window & iommufd_emu.v1.Window.$Shape;
        }

        namespace Window {

            /** Properties of a Window. */
            interface $Properties {

                /** Window address */
                address?: (Long|null);

                /** Window length */
                length?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Window. */
            type $Shape = iommufd_emu.v1.Window.$Properties;
        }

        /**
         * Properties of an Ioctl.
         * @deprecated Use iommufd_emu.v1.Ioctl.$Properties instead.
         */
        interface IIoctl extends iommufd_emu.v1.Ioctl.$Properties {
        }

        /** Represents an Ioctl. */
        class Ioctl {

            /**
             * Constructs a new Ioctl.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.Ioctl.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Ioctl request. */
            request: number;

            /** Ioctl argument. */
            argument: Long;

            /** Ioctl readable. */
            readable: iommufd_emu.v1.Segment.$Properties[];

            /** Ioctl writable. */
            writable: iommufd_emu.v1.Window.$Properties[];

            /** Ioctl descriptors. */
            descriptors: iommufd_emu.v1.Descriptor.$Properties[];

            /** Ioctl failNth. */
            failNth: number;

            /** Ioctl failOrdinary. */
            failOrdinary: boolean;

            /**
             * Creates a new Ioctl instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Ioctl instance
             */
            static create(properties: iommufd_emu.v1.Ioctl.$Shape): iommufd_emu.v1.Ioctl & iommufd_emu.v1.Ioctl.$Shape;
            static create(properties?: iommufd_emu.v1.Ioctl.$Properties): iommufd_emu.v1.Ioctl;

            /**
             * Encodes the specified Ioctl message. Does not implicitly {@link iommufd_emu.v1.Ioctl.verify|verify} messages.
             * @param message Ioctl message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.Ioctl.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Ioctl message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Ioctl & iommufd_emu.v1.Ioctl.$Shape} Ioctl
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.Ioctl & iommufd_emu.v1.Ioctl.$Shape;
        }

        namespace Ioctl {

            /** Properties of an Ioctl. */
            interface $Properties {

                /** Ioctl request */
                request?: (number|null);

                /** Ioctl argument */
                argument?: (Long|null);

                /** Ioctl readable */
                readable?: (iommufd_emu.v1.Segment.$Properties[]|null);

                /** Ioctl writable */
                writable?: (iommufd_emu.v1.Window.$Properties[]|null);

                /** Ioctl descriptors */
                descriptors?: (iommufd_emu.v1.Descriptor.$Properties[]|null);

                /** Ioctl failNth */
                failNth?: (number|null);

                /** Ioctl failOrdinary */
                failOrdinary?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Ioctl. */
            type $Shape = iommufd_emu.v1.Ioctl.$Properties;
        }

        /**
         * Properties of a Descriptor.
         * @deprecated Use iommufd_emu.v1.Descriptor.$Properties instead.
         */
        interface IDescriptor extends iommufd_emu.v1.Descriptor.$Properties {
        }

        /** Represents a Descriptor. */
        class Descriptor {

            /**
             * Constructs a new Descriptor.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.Descriptor.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Descriptor fd. */
            fd: number;

            /** Descriptor token. */
            token: Uint8Array;

            /**
             * Creates a new Descriptor instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Descriptor instance
             */
            static create(properties: iommufd_emu.v1.Descriptor.$Shape): iommufd_emu.v1.Descriptor & iommufd_emu.v1.Descriptor.$Shape;
            static create(properties?: iommufd_emu.v1.Descriptor.$Properties): iommufd_emu.v1.Descriptor;

            /**
             * Encodes the specified Descriptor message. Does not implicitly {@link iommufd_emu.v1.Descriptor.verify|verify} messages.
             * @param message Descriptor message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.Descriptor.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Descriptor message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Descriptor & iommufd_emu.v1.Descriptor.$Shape} Descriptor
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.Descriptor & iommufd_emu.v1.Descriptor.$Shape;
        }

        namespace Descriptor {

            /** Properties of a Descriptor. */
            interface $Properties {

                /** Descriptor fd */
                fd?: (number|null);

                /** Descriptor token */
                token?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Descriptor. */
            type $Shape = iommufd_emu.v1.Descriptor.$Properties;
        }

        /**
         * Properties of a NewDescriptor.
         * @deprecated Use iommufd_emu.v1.NewDescriptor.$Properties instead.
         */
        interface INewDescriptor extends iommufd_emu.v1.NewDescriptor.$Properties {
        }

        /** Represents a NewDescriptor. */
        class NewDescriptor {

            /**
             * Constructs a new NewDescriptor.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.NewDescriptor.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** NewDescriptor token. */
            token: Uint8Array;

            /** NewDescriptor address. */
            address: Long;

            /**
             * Creates a new NewDescriptor instance using the specified properties.
             * @param [properties] Properties to set
             * @returns NewDescriptor instance
             */
            static create(properties: iommufd_emu.v1.NewDescriptor.$Shape): iommufd_emu.v1.NewDescriptor & iommufd_emu.v1.NewDescriptor.$Shape;
            static create(properties?: iommufd_emu.v1.NewDescriptor.$Properties): iommufd_emu.v1.NewDescriptor;

            /**
             * Encodes the specified NewDescriptor message. Does not implicitly {@link iommufd_emu.v1.NewDescriptor.verify|verify} messages.
             * @param message NewDescriptor message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.NewDescriptor.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NewDescriptor message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.NewDescriptor & iommufd_emu.v1.NewDescriptor.$Shape} NewDescriptor
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.NewDescriptor & iommufd_emu.v1.NewDescriptor.$Shape;
        }

        namespace NewDescriptor {

            /** Properties of a NewDescriptor. */
            interface $Properties {

                /** NewDescriptor token */
                token?: (Uint8Array|null);

                /** NewDescriptor address */
                address?: (Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a NewDescriptor. */
            type $Shape = iommufd_emu.v1.NewDescriptor.$Properties;
        }

        /**
         * Properties of an IoctlReply.
         * @deprecated Use iommufd_emu.v1.IoctlReply.$Properties instead.
         */
        interface IIoctlReply extends iommufd_emu.v1.IoctlReply.$Properties {
        }

        /** Represents an IoctlReply. */
        class IoctlReply {

            /**
             * Constructs a new IoctlReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.IoctlReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** IoctlReply result. */
            result: number;

            /** IoctlReply written. */
            written: iommufd_emu.v1.Segment.$Properties[];

            /** IoctlReply descriptors. */
            descriptors: iommufd_emu.v1.NewDescriptor.$Properties[];

            /** IoctlReply failNth. */
            failNth: number;

            /** IoctlReply emptied. */
            emptied: Uint8Array[];

            /**
             * Creates a new IoctlReply instance using the specified properties.
             * @param [properties] Properties to set
             * @returns IoctlReply instance
             */
            static create(properties: iommufd_emu.v1.IoctlReply.$Shape): iommufd_emu.v1.IoctlReply & iommufd_emu.v1.IoctlReply.$Shape;
            static create(properties?: iommufd_emu.v1.IoctlReply.$Properties): iommufd_emu.v1.IoctlReply;

            /**
             * Encodes the specified IoctlReply message. Does not implicitly {@link iommufd_emu.v1.IoctlReply.verify|verify} messages.
             * @param message IoctlReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.IoctlReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an IoctlReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.IoctlReply & iommufd_emu.v1.IoctlReply.$Shape} IoctlReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.IoctlReply & iommufd_emu.v1.IoctlReply.$Shape;
        }

        namespace IoctlReply {

            /** Properties of an IoctlReply. */
            interface $Properties {

                /** IoctlReply result */
                result?: (number|null);

                /** IoctlReply written */
                written?: (iommufd_emu.v1.Segment.$Properties[]|null);

                /** IoctlReply descriptors */
                descriptors?: (iommufd_emu.v1.NewDescriptor.$Properties[]|null);

                /** IoctlReply failNth */
                failNth?: (number|null);

                /** IoctlReply emptied */
                emptied?: (Uint8Array[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an IoctlReply. */
            type $Shape = iommufd_emu.v1.IoctlReply.$Properties;
        }

        /**
         * Properties of a Batch.
         * @deprecated Use iommufd_emu.v1.Batch.$Properties instead.
         */
        interface IBatch extends iommufd_emu.v1.Batch.$Properties {
        }

        /** Represents a Batch. */
        class Batch {

            /**
             * Constructs a new Batch.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.Batch.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Batch ioctls. */
            ioctls: iommufd_emu.v1.Ioctl.$Properties[];

            /** Batch stopOnError. */
            stopOnError: boolean;

            /**
             * Creates a new Batch instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Batch instance
             */
            static create(properties: iommufd_emu.v1.Batch.$Shape): iommufd_emu.v1.Batch & iommufd_emu.v1.Batch.$Shape;
            static create(properties?: iommufd_emu.v1.Batch.$Properties): iommufd_emu.v1.Batch;

            /**
             * Encodes the specified Batch message. Does not implicitly {@link iommufd_emu.v1.Batch.verify|verify} messages.
             * @param message Batch message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.Batch.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Batch message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Batch & iommufd_emu.v1.Batch.$Shape} Batch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.Batch & iommufd_emu.v1.Batch.$Shape;
        }

        namespace Batch {

            /** Properties of a Batch. */
            interface $Properties {

                /** Batch ioctls */
                ioctls?: (iommufd_emu.v1.Ioctl.$Properties[]|null);

                /** Batch stopOnError */
                stopOnError?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Batch. */
            type $Shape = iommufd_emu.v1.Batch.$Properties;
        }

        /**
         * Properties of a BatchReply.
         * @deprecated Use iommufd_emu.v1.BatchReply.$Properties instead.
         */
        interface IBatchReply extends iommufd_emu.v1.BatchReply.$Properties {
        }

        /** Represents a BatchReply. */
        class BatchReply {

            /**
             * Constructs a new BatchReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.BatchReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** BatchReply replies. */
            replies: iommufd_emu.v1.IoctlReply.$Properties[];

            /**
             * Creates a new BatchReply instance using the specified properties.
             * @param [properties] Properties to set
             * @returns BatchReply instance
             */
            static create(properties: iommufd_emu.v1.BatchReply.$Shape): iommufd_emu.v1.BatchReply & iommufd_emu.v1.BatchReply.$Shape;
            static create(properties?: iommufd_emu.v1.BatchReply.$Properties): iommufd_emu.v1.BatchReply;

            /**
             * Encodes the specified BatchReply message. Does not implicitly {@link iommufd_emu.v1.BatchReply.verify|verify} messages.
             * @param message BatchReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.BatchReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a BatchReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.BatchReply & iommufd_emu.v1.BatchReply.$Shape} BatchReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.BatchReply & iommufd_emu.v1.BatchReply.$Shape;
        }

        namespace BatchReply {

            /** Properties of a BatchReply. */
            interface $Properties {

                /** BatchReply replies */
                replies?: (iommufd_emu.v1.IoctlReply.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a BatchReply. */
            type $Shape = iommufd_emu.v1.BatchReply.$Properties;
        }

        /**
         * Properties of a Read.
         * @deprecated Use iommufd_emu.v1.Read.$Properties instead.
         */
        interface IRead extends iommufd_emu.v1.Read.$Properties {
        }

        /** Represents a Read. */
        class Read {

            /**
             * Constructs a new Read.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.Read.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Read address. */
            address: Long;

            /** Read count. */
            count: Long;

            /** Read writable. */
            writable: iommufd_emu.v1.Window.$Properties[];

            /** Read offset. */
            offset?: (Long|null);

            /**
             * Creates a new Read instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Read instance
             */
            static create(properties: iommufd_emu.v1.Read.$Shape): iommufd_emu.v1.Read & iommufd_emu.v1.Read.$Shape;
            static create(properties?: iommufd_emu.v1.Read.$Properties): iommufd_emu.v1.Read;

            /**
             * Encodes the specified Read message. Does not implicitly {@link iommufd_emu.v1.Read.verify|verify} messages.
             * @param message Read message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.Read.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Read message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Read & iommufd_emu.v1.Read.$Shape} Read
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.Read & iommufd_emu.v1.Read.$Shape;
        }

        namespace Read {

            /** Properties of a Read. */
            interface $Properties {

                /** Read address */
                address?: (Long|null);

                /** Read count */
                count?: (Long|null);

                /** Read writable */
                writable?: (iommufd_emu.v1.Window.$Properties[]|null);

                /** Read offset */
                offset?: (Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Read. */
            type $Shape = iommufd_emu.v1.Read.$Properties;
        }

        /**
         * Properties of a Write.
         * @deprecated Use iommufd_emu.v1.Write.$Properties instead.
         */
        interface IWrite extends iommufd_emu.v1.Write.$Properties {
        }

        /** Represents a Write. */
        class Write {

            /**
             * Constructs a new Write.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.Write.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Write address. */
            address: Long;

            /** Write count. */
            count: Long;

            /** Write readable. */
            readable: iommufd_emu.v1.Segment.$Properties[];

            /** Write offset. */
            offset?: (Long|null);

            /**
             * Creates a new Write instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Write instance
             */
            static create(properties: iommufd_emu.v1.Write.$Shape): iommufd_emu.v1.Write & iommufd_emu.v1.Write.$Shape;
            static create(properties?: iommufd_emu.v1.Write.$Properties): iommufd_emu.v1.Write;

            /**
             * Encodes the specified Write message. Does not implicitly {@link iommufd_emu.v1.Write.verify|verify} messages.
             * @param message Write message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.Write.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Write message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Write & iommufd_emu.v1.Write.$Shape} Write
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.Write & iommufd_emu.v1.Write.$Shape;
        }

        namespace Write {

            /** Properties of a Write. */
            interface $Properties {

                /** Write address */
                address?: (Long|null);

                /** Write count */
                count?: (Long|null);

                /** Write readable */
                readable?: (iommufd_emu.v1.Segment.$Properties[]|null);

                /** Write offset */
                offset?: (Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Write. */
            type $Shape = iommufd_emu.v1.Write.$Properties;
        }

        /**
         * Properties of a FileReply.
         * @deprecated Use iommufd_emu.v1.FileReply.$Properties instead.
         */
        interface IFileReply extends iommufd_emu.v1.FileReply.$Properties {
        }

        /** Represents a FileReply. */
        class FileReply {

            /**
             * Constructs a new FileReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.FileReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** FileReply result. */
            result: number;

            /** FileReply written. */
            written: iommufd_emu.v1.Segment.$Properties[];

            /** FileReply withdrawn. */
            withdrawn: number;

            /**
             * Creates a new FileReply instance using the specified properties.
             * @param [properties] Properties to set
             * @returns FileReply instance
             */
            static create(properties: iommufd_emu.v1.FileReply.$Shape): iommufd_emu.v1.FileReply & iommufd_emu.v1.FileReply.$Shape;
            static create(properties?: iommufd_emu.v1.FileReply.$Properties): iommufd_emu.v1.FileReply;

            /**
             * Encodes the specified FileReply message. Does not implicitly {@link iommufd_emu.v1.FileReply.verify|verify} messages.
             * @param message FileReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.FileReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a FileReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.FileReply & iommufd_emu.v1.FileReply.$Shape} FileReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.FileReply & iommufd_emu.v1.FileReply.$Shape;
        }

        namespace FileReply {

            /** Properties of a FileReply. */
            interface $Properties {

                /** FileReply result */
                result?: (number|null);

                /** FileReply written */
                written?: (iommufd_emu.v1.Segment.$Properties[]|null);

                /** FileReply withdrawn */
                withdrawn?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a FileReply. */
            type $Shape = iommufd_emu.v1.FileReply.$Properties;
        }

        /**
         * Properties of a Map.
         * @deprecated Use iommufd_emu.v1.Map.$Properties instead.
         */
        interface IMap extends iommufd_emu.v1.Map.$Properties {
        }

        /** Represents a Map. */
        class Map {

            /**
             * Constructs a new Map.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.Map.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Map offset. */
            offset: Long;

            /** Map length. */
            length: Long;

            /**
             * Creates a new Map instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Map instance
             */
            static create(properties: iommufd_emu.v1.Map.$Shape): iommufd_emu.v1.Map & iommufd_emu.v1.Map.$Shape;
            static create(properties?: iommufd_emu.v1.Map.$Properties): iommufd_emu.v1.Map;

            /**
             * Encodes the specified Map message. Does not implicitly {@link iommufd_emu.v1.Map.verify|verify} messages.
             * @param message Map message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.Map.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Map message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Map & iommufd_emu.v1.Map.$Shape} Map
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.Map & iommufd_emu.v1.Map.$Shape;
        }

        namespace Map {

            /** Properties of a Map. */
            interface $Properties {

                /** Map offset */
                offset?: (Long|null);

                /** Map length */
                length?: (Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Map. */
            type $Shape = iommufd_emu.v1.Map.$Properties;
        }

        /**
         * Properties of a MapReply.
         * @deprecated Use iommufd_emu.v1.MapReply.$Properties instead.
         */
        interface IMapReply extends iommufd_emu.v1.MapReply.$Properties {
        }

        /** Represents a MapReply. */
        class MapReply {

            /**
             * Constructs a new MapReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.MapReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** MapReply error. */
            error: number;

            /** MapReply path. */
            path: string;

            /** MapReply token. */
            token: Uint8Array;

            /** MapReply pieces. */
            pieces: iommufd_emu.v1.MappedPiece.$Properties[];

            /**
             * Creates a new MapReply instance using the specified properties.
             * @param [properties] Properties to set
             * @returns MapReply instance
             */
            static create(properties: iommufd_emu.v1.MapReply.$Shape): iommufd_emu.v1.MapReply & iommufd_emu.v1.MapReply.$Shape;
            static create(properties?: iommufd_emu.v1.MapReply.$Properties): iommufd_emu.v1.MapReply;

            /**
             * Encodes the specified MapReply message. Does not implicitly {@link iommufd_emu.v1.MapReply.verify|verify} messages.
             * @param message MapReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.MapReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a MapReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.MapReply & iommufd_emu.v1.MapReply.$Shape} MapReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.MapReply & iommufd_emu.v1.MapReply.$Shape;
        }

        namespace MapReply {

            /** Properties of a MapReply. */
            interface $Properties {

                /** MapReply error */
                error?: (number|null);

                /** MapReply path */
                path?: (string|null);

                /** MapReply token */
                token?: (Uint8Array|null);

                /** MapReply pieces */
                pieces?: (iommufd_emu.v1.MappedPiece.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a MapReply. */
            type $Shape = iommufd_emu.v1.MapReply.$Properties;
        }

        /**
         * Properties of a MappedPiece.
         * @deprecated Use iommufd_emu.v1.MappedPiece.$Properties instead.
         */
        interface IMappedPiece extends iommufd_emu.v1.MappedPiece.$Properties {
        }

        /** Represents a MappedPiece. */
        class MappedPiece {

            /**
             * Constructs a new MappedPiece.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.MappedPiece.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** MappedPiece offset. */
            offset: Long;

            /** MappedPiece length. */
            length: Long;

            /** MappedPiece registers. */
            registers: boolean;

            /** MappedPiece fileOffset. */
            fileOffset: Long;

            /**
             * Creates a new MappedPiece instance using the specified properties.
             * @param [properties] Properties to set
             * @returns MappedPiece instance
             */
            static create(properties: iommufd_emu.v1.MappedPiece.$Shape): iommufd_emu.v1.MappedPiece & iommufd_emu.v1.MappedPiece.$Shape;
            static create(properties?: iommufd_emu.v1.MappedPiece.$Properties): iommufd_emu.v1.MappedPiece;

            /**
             * Encodes the specified MappedPiece message. Does not implicitly {@link iommufd_emu.v1.MappedPiece.verify|verify} messages.
             * @param message MappedPiece message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.MappedPiece.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a MappedPiece message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.MappedPiece & iommufd_emu.v1.MappedPiece.$Shape} MappedPiece
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.MappedPiece & iommufd_emu.v1.MappedPiece.$Shape;
        }

        namespace MappedPiece {

            /** Properties of a MappedPiece. */
            interface $Properties {

                /** MappedPiece offset */
                offset?: (Long|null);

                /** MappedPiece length */
                length?: (Long|null);

                /** MappedPiece registers */
                registers?: (boolean|null);

                /** MappedPiece fileOffset */
                fileOffset?: (Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a MappedPiece. */
            type $Shape = iommufd_emu.v1.MappedPiece.$Properties;
        }

        /**
         * Properties of an Access.
         * @deprecated Use iommufd_emu.v1.Access.$Properties instead.
         */
        interface IAccess extends iommufd_emu.v1.Access.$Properties {
        }

        /** Represents an Access. */
        class Access {

            /**
             * Constructs a new Access.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.Access.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Access offset. */
            offset: Long;

            /** Access length. */
            length: number;

            /** Access data. */
            data: Uint8Array;

            /**
             * Creates a new Access instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Access instance
             */
            static create(properties: iommufd_emu.v1.Access.$Shape): iommufd_emu.v1.Access & iommufd_emu.v1.Access.$Shape;
            static create(properties?: iommufd_emu.v1.Access.$Properties): iommufd_emu.v1.Access;

            /**
             * Encodes the specified Access message. Does not implicitly {@link iommufd_emu.v1.Access.verify|verify} messages.
             * @param message Access message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.Access.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Access message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Access & iommufd_emu.v1.Access.$Shape} Access
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.Access & iommufd_emu.v1.Access.$Shape;
        }

        namespace Access {

            /** Properties of an Access. */
            interface $Properties {

                /** Access offset */
                offset?: (Long|null);

                /** Access length */
                length?: (number|null);

                /** Access data */
                data?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Access. */
            type $Shape = iommufd_emu.v1.Access.$Properties;
        }

        /**
         * Properties of an AccessReply.
         * @deprecated Use iommufd_emu.v1.AccessReply.$Properties instead.
         */
        interface IAccessReply extends iommufd_emu.v1.AccessReply.$Properties {
        }

        /** Represents an AccessReply. */
        class AccessReply {

            /**
             * Constructs a new AccessReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.AccessReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AccessReply error. */
            error: number;

            /** AccessReply data. */
            data: Uint8Array;

            /**
             * Creates a new AccessReply instance using the specified properties.
             * @param [properties] Properties to set
             * @returns AccessReply instance
             */
            static create(properties: iommufd_emu.v1.AccessReply.$Shape): iommufd_emu.v1.AccessReply & iommufd_emu.v1.AccessReply.$Shape;
            static create(properties?: iommufd_emu.v1.AccessReply.$Properties): iommufd_emu.v1.AccessReply;

            /**
             * Encodes the specified AccessReply message. Does not implicitly {@link iommufd_emu.v1.AccessReply.verify|verify} messages.
             * @param message AccessReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.AccessReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AccessReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.AccessReply & iommufd_emu.v1.AccessReply.$Shape} AccessReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.AccessReply & iommufd_emu.v1.AccessReply.$Shape;
        }

        namespace AccessReply {

            /** Properties of an AccessReply. */
            interface $Properties {

                /** AccessReply error */
                error?: (number|null);

                /** AccessReply data */
                data?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AccessReply. */
            type $Shape = iommufd_emu.v1.AccessReply.$Properties;
        }

        /**
         * Properties of a Readable.
         * @deprecated Use iommufd_emu.v1.Readable.$Properties instead.
         */
        interface IReadable extends iommufd_emu.v1.Readable.$Properties {
        }

        /** Represents a Readable. */
        class Readable {

            /**
             * Constructs a new Readable.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.Readable.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Creates a new Readable instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Readable instance
             */
            static create(properties: iommufd_emu.v1.Readable.$Shape): iommufd_emu.v1.Readable & iommufd_emu.v1.Readable.$Shape;
            static create(properties?: iommufd_emu.v1.Readable.$Properties): iommufd_emu.v1.Readable;

            /**
             * Encodes the specified Readable message. Does not implicitly {@link iommufd_emu.v1.Readable.verify|verify} messages.
             * @param message Readable message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.Readable.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Readable message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Readable & iommufd_emu.v1.Readable.$Shape} Readable
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.Readable & iommufd_emu.v1.Readable.$Shape;
        }

        namespace Readable {

            /** Properties of a Readable. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Readable. */
            type $Shape = iommufd_emu.v1.Readable.$Properties;
        }

        /**
         * Properties of a RegionAdd.
         * @deprecated Use iommufd_emu.v1.RegionAdd.$Properties instead.
         */
        interface IRegionAdd extends iommufd_emu.v1.RegionAdd.$Properties {
        }

        /** Represents a RegionAdd. */
        class RegionAdd {

            /**
             * Constructs a new RegionAdd.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.RegionAdd.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RegionAdd address. */
            address: Long;

            /** RegionAdd length. */
            length: Long;

            /** RegionAdd writable. */
            writable: boolean;

            /** RegionAdd path. */
            path?: (string|null);

            /** RegionAdd fd. */
            fd?: (number|null);

            /** RegionAdd callback. */
            callback?: (boolean|null);

            /** RegionAdd offset. */
            offset: Long;

            /** RegionAdd backing. */
            backing?: ("path"|"fd"|"callback");

            /**
             * Creates a new RegionAdd instance using the specified properties.
             * @param [properties] Properties to set
             * @returns RegionAdd instance
             */
            static create(properties: iommufd_emu.v1.RegionAdd.$Shape): iommufd_emu.v1.RegionAdd & iommufd_emu.v1.RegionAdd.$Shape;
            static create(properties?: iommufd_emu.v1.RegionAdd.$Properties): iommufd_emu.v1.RegionAdd;

            /**
             * Encodes the specified RegionAdd message. Does not implicitly {@link iommufd_emu.v1.RegionAdd.verify|verify} messages.
             * @param message RegionAdd message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.RegionAdd.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RegionAdd message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.RegionAdd & iommufd_emu.v1.RegionAdd.$Shape} RegionAdd
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.RegionAdd & iommufd_emu.v1.RegionAdd.$Shape;
        }

        namespace RegionAdd {

            /** Properties of a RegionAdd. */
            interface $Properties {

                /** RegionAdd address */
                address?: (Long|null);

                /** RegionAdd length */
                length?: (Long|null);

                /** RegionAdd writable */
                writable?: (boolean|null);

                /** RegionAdd path */
                path?: (string|null);

                /** RegionAdd fd */
                fd?: (number|null);

                /** RegionAdd callback */
                callback?: (boolean|null);

                /** RegionAdd offset */
                offset?: (Long|null);

                /** RegionAdd backing */
                backing?: ("path"|"fd"|"callback");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a RegionAdd. */
            type $Shape = {
              address?: Long|null;
              length?: Long|null;
              writable?: boolean|null;
              path?: string|null;
              fd?: number|null;
              callback?: boolean|null;
              offset?: Long|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ backing?: undefined; path?: null; fd?: null; callback?: null }|{ backing?: "path"; path: string; fd?: null; callback?: null }|{ backing?: "fd"; path?: null; fd: number; callback?: null }|{ backing?: "callback"; path?: null; fd?: null; callback: boolean })
            );
        }

        /**
         * Properties of a RegionRemove.
         * @deprecated Use iommufd_emu.v1.RegionRemove.$Properties instead.
         */
        interface IRegionRemove extends iommufd_emu.v1.RegionRemove.$Properties {
        }

        /** Represents a RegionRemove. */
        class RegionRemove {

            /**
             * Constructs a new RegionRemove.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.RegionRemove.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RegionRemove address. */
            address: Long;

            /**
             * Creates a new RegionRemove instance using the specified properties.
             * @param [properties] Properties to set
             * @returns RegionRemove instance
             */
            static create(properties: iommufd_emu.v1.RegionRemove.$Shape): iommufd_emu.v1.RegionRemove & iommufd_emu.v1.RegionRemove.$Shape;
            static create(properties?: iommufd_emu.v1.RegionRemove.$Properties): iommufd_emu.v1.RegionRemove;

            /**
             * Encodes the specified RegionRemove message. Does not implicitly {@link iommufd_emu.v1.RegionRemove.verify|verify} messages.
             * @param message RegionRemove message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.RegionRemove.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RegionRemove message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.RegionRemove & iommufd_emu.v1.RegionRemove.$Shape} RegionRemove
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.RegionRemove & iommufd_emu.v1.RegionRemove.$Shape;
        }

        namespace RegionRemove {

            /** Properties of a RegionRemove. */
            interface $Properties {

                /** RegionRemove address */
                address?: (Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RegionRemove. */
            type $Shape = iommufd_emu.v1.RegionRemove.$Properties;
        }

        /**
         * Properties of a Keep.
         * @deprecated Use iommufd_emu.v1.Keep.$Properties instead.
         */
        interface IKeep extends iommufd_emu.v1.Keep.$Properties {
        }

        /** Represents a Keep. */
        class Keep {

            /**
             * Constructs a new Keep.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.Keep.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Keep address. */
            address: Long;

            /** Keep mark. */
            mark: Uint8Array;

            /**
             * Creates a new Keep instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Keep instance
             */
            static create(properties: iommufd_emu.v1.Keep.$Shape): iommufd_emu.v1.Keep & iommufd_emu.v1.Keep.$Shape;
            static create(properties?: iommufd_emu.v1.Keep.$Properties): iommufd_emu.v1.Keep;

            /**
             * Encodes the specified Keep message. Does not implicitly {@link iommufd_emu.v1.Keep.verify|verify} messages.
             * @param message Keep message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.Keep.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Keep message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Keep & iommufd_emu.v1.Keep.$Shape} Keep
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.Keep & iommufd_emu.v1.Keep.$Shape;
        }

        namespace Keep {

            /** Properties of a Keep. */
            interface $Properties {

                /** Keep address */
                address?: (Long|null);

                /** Keep mark */
                mark?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Keep. */
            type $Shape = iommufd_emu.v1.Keep.$Properties;
        }

        /**
         * Properties of a MemoryRequest.
         * @deprecated Use iommufd_emu.v1.MemoryRequest.$Properties instead.
         */
        interface IMemoryRequest extends iommufd_emu.v1.MemoryRequest.$Properties {
        }

        /** Represents a MemoryRequest. */
        class MemoryRequest {

            /**
             * Constructs a new MemoryRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.MemoryRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** MemoryRequest id. */
            id: number;

            /** MemoryRequest address. */
            address: Long;

            /** MemoryRequest length. */
            length: number;

            /** MemoryRequest data. */
            data: Uint8Array;

            /**
             * Creates a new MemoryRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns MemoryRequest instance
             */
            static create(properties: iommufd_emu.v1.MemoryRequest.$Shape): iommufd_emu.v1.MemoryRequest & iommufd_emu.v1.MemoryRequest.$Shape;
            static create(properties?: iommufd_emu.v1.MemoryRequest.$Properties): iommufd_emu.v1.MemoryRequest;

            /**
             * Encodes the specified MemoryRequest message. Does not implicitly {@link iommufd_emu.v1.MemoryRequest.verify|verify} messages.
             * @param message MemoryRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.MemoryRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a MemoryRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.MemoryRequest & iommufd_emu.v1.MemoryRequest.$Shape} MemoryRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.MemoryRequest & iommufd_emu.v1.MemoryRequest.$Shape;
        }

        namespace MemoryRequest {

            /** Properties of a MemoryRequest. */
            interface $Properties {

                /** MemoryRequest id */
                id?: (number|null);

                /** MemoryRequest address */
                address?: (Long|null);

                /** MemoryRequest length */
                length?: (number|null);

                /** MemoryRequest data */
                data?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a MemoryRequest. */
            type $Shape = iommufd_emu.v1.MemoryRequest.$Properties;
        }

        /**
         * Properties of a MemoryResult.
         * @deprecated Use iommufd_emu.v1.MemoryResult.$Properties instead.
         */
        interface IMemoryResult extends iommufd_emu.v1.MemoryResult.$Properties {
        }

        /** Represents a MemoryResult. */
        class MemoryResult {

            /**
             * Constructs a new MemoryResult.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.MemoryResult.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** MemoryResult id. */
            id: number;

            /** MemoryResult error. */
            error: number;

            /** MemoryResult data. */
            data: Uint8Array;

            /**
             * Creates a new MemoryResult instance using the specified properties.
             * @param [properties] Properties to set
             * @returns MemoryResult instance
             */
            static create(properties: iommufd_emu.v1.MemoryResult.$Shape): iommufd_emu.v1.MemoryResult & iommufd_emu.v1.MemoryResult.$Shape;
            static create(properties?: iommufd_emu.v1.MemoryResult.$Properties): iommufd_emu.v1.MemoryResult;

            /**
             * Encodes the specified MemoryResult message. Does not implicitly {@link iommufd_emu.v1.MemoryResult.verify|verify} messages.
             * @param message MemoryResult message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.MemoryResult.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a MemoryResult message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.MemoryResult & iommufd_emu.v1.MemoryResult.$Shape} MemoryResult
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.MemoryResult & iommufd_emu.v1.MemoryResult.$Shape;
        }

        namespace MemoryResult {

            /** Properties of a MemoryResult. */
            interface $Properties {

                /** MemoryResult id */
                id?: (number|null);

                /** MemoryResult error */
                error?: (number|null);

                /** MemoryResult data */
                data?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a MemoryResult. */
            type $Shape = iommufd_emu.v1.MemoryResult.$Properties;
        }

        /**
         * Properties of a Result.
         * @deprecated Use iommufd_emu.v1.Result.$Properties instead.
         */
        interface IResult extends iommufd_emu.v1.Result.$Properties {
        }

        /** Represents a Result. */
        class Result {

            /**
             * Constructs a new Result.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.Result.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Result error. */
            error: number;

            /** Result id. */
            id: number;

            /** Result message. */
            message: string;

            /**
             * Creates a new Result instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Result instance
             */
            static create(properties: iommufd_emu.v1.Result.$Shape): iommufd_emu.v1.Result & iommufd_emu.v1.Result.$Shape;
            static create(properties?: iommufd_emu.v1.Result.$Properties): iommufd_emu.v1.Result;

            /**
             * Encodes the specified Result message. Does not implicitly {@link iommufd_emu.v1.Result.verify|verify} messages.
             * @param message Result message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.Result.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Result message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Result & iommufd_emu.v1.Result.$Shape} Result
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.Result & iommufd_emu.v1.Result.$Shape;
        }

        namespace Result {

            /** Properties of a Result. */
            interface $Properties {

                /** Result error */
                error?: (number|null);

                /** Result id */
                id?: (number|null);

                /** Result message */
                message?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Result. */
            type $Shape = iommufd_emu.v1.Result.$Properties;
        }

        /**
         * Properties of a DeviceBind.
         * @deprecated Use iommufd_emu.v1.DeviceBind.$Properties instead.
         */
        interface IDeviceBind extends iommufd_emu.v1.DeviceBind.$Properties {
        }

        /** Represents a DeviceBind. */
        class DeviceBind {

            /**
             * Constructs a new DeviceBind.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.DeviceBind.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DeviceBind iommufdToken. */
            iommufdToken: Uint8Array;

            /**
             * Creates a new DeviceBind instance using the specified properties.
             * @param [properties] Properties to set
             * @returns DeviceBind instance
             */
            static create(properties: iommufd_emu.v1.DeviceBind.$Shape): iommufd_emu.v1.DeviceBind & iommufd_emu.v1.DeviceBind.$Shape;
            static create(properties?: iommufd_emu.v1.DeviceBind.$Properties): iommufd_emu.v1.DeviceBind;

            /**
             * Encodes the specified DeviceBind message. Does not implicitly {@link iommufd_emu.v1.DeviceBind.verify|verify} messages.
             * @param message DeviceBind message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.DeviceBind.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DeviceBind message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.DeviceBind & iommufd_emu.v1.DeviceBind.$Shape} DeviceBind
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.DeviceBind & iommufd_emu.v1.DeviceBind.$Shape;
        }

        namespace DeviceBind {

            /** Properties of a DeviceBind. */
            interface $Properties {

                /** DeviceBind iommufdToken */
                iommufdToken?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DeviceBind. */
            type $Shape = iommufd_emu.v1.DeviceBind.$Properties;
        }

        /**
         * Properties of a DeviceAttach.
         * @deprecated Use iommufd_emu.v1.DeviceAttach.$Properties instead.
         */
        interface IDeviceAttach extends iommufd_emu.v1.DeviceAttach.$Properties {
        }

        /** Represents a DeviceAttach. */
        class DeviceAttach {

            /**
             * Constructs a new DeviceAttach.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.DeviceAttach.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DeviceAttach ptId. */
            ptId: number;

            /** DeviceAttach pasid. */
            pasid: number;

            /**
             * Creates a new DeviceAttach instance using the specified properties.
             * @param [properties] Properties to set
             * @returns DeviceAttach instance
             */
            static create(properties: iommufd_emu.v1.DeviceAttach.$Shape): iommufd_emu.v1.DeviceAttach & iommufd_emu.v1.DeviceAttach.$Shape;
            static create(properties?: iommufd_emu.v1.DeviceAttach.$Properties): iommufd_emu.v1.DeviceAttach;

            /**
             * Encodes the specified DeviceAttach message. Does not implicitly {@link iommufd_emu.v1.DeviceAttach.verify|verify} messages.
             * @param message DeviceAttach message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.DeviceAttach.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DeviceAttach message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.DeviceAttach & iommufd_emu.v1.DeviceAttach.$Shape} DeviceAttach
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.DeviceAttach & iommufd_emu.v1.DeviceAttach.$Shape;
        }

        namespace DeviceAttach {

            /** Properties of a DeviceAttach. */
            interface $Properties {

                /** DeviceAttach ptId */
                ptId?: (number|null);

                /** DeviceAttach pasid */
                pasid?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DeviceAttach. */
            type $Shape = iommufd_emu.v1.DeviceAttach.$Properties;
        }

        /**
         * Properties of a DeviceDetach.
         * @deprecated Use iommufd_emu.v1.DeviceDetach.$Properties instead.
         */
        interface IDeviceDetach extends iommufd_emu.v1.DeviceDetach.$Properties {
        }

        /** Represents a DeviceDetach. */
        class DeviceDetach {

            /**
             * Constructs a new DeviceDetach.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.DeviceDetach.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DeviceDetach pasid. */
            pasid: number;

            /**
             * Creates a new DeviceDetach instance using the specified properties.
             * @param [properties] Properties to set
             * @returns DeviceDetach instance
             */
            static create(properties: iommufd_emu.v1.DeviceDetach.$Shape): iommufd_emu.v1.DeviceDetach & iommufd_emu.v1.DeviceDetach.$Shape;
            static create(properties?: iommufd_emu.v1.DeviceDetach.$Properties): iommufd_emu.v1.DeviceDetach;

            /**
             * Encodes the specified DeviceDetach message. Does not implicitly {@link iommufd_emu.v1.DeviceDetach.verify|verify} messages.
             * @param message DeviceDetach message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.DeviceDetach.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DeviceDetach message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.DeviceDetach & iommufd_emu.v1.DeviceDetach.$Shape} DeviceDetach
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.DeviceDetach & iommufd_emu.v1.DeviceDetach.$Shape;
        }

        namespace DeviceDetach {

            /** Properties of a DeviceDetach. */
            interface $Properties {

                /** DeviceDetach pasid */
                pasid?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DeviceDetach. */
            type $Shape = iommufd_emu.v1.DeviceDetach.$Properties;
        }

        /**
         * Properties of a DmaRead.
         * @deprecated Use iommufd_emu.v1.DmaRead.$Properties instead.
         */
        interface IDmaRead extends iommufd_emu.v1.DmaRead.$Properties {
        }

        /** Represents a DmaRead. */
        class DmaRead {

            /**
             * Constructs a new DmaRead.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.DmaRead.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DmaRead iova. */
            iova: Long;

            /** DmaRead length. */
            length: number;

            /**
             * Creates a new DmaRead instance using the specified properties.
             * @param [properties] Properties to set
             * @returns DmaRead instance
             */
            static create(properties: iommufd_emu.v1.DmaRead.$Shape): iommufd_emu.v1.DmaRead & iommufd_emu.v1.DmaRead.$Shape;
            static create(properties?: iommufd_emu.v1.DmaRead.$Properties): iommufd_emu.v1.DmaRead;

            /**
             * Encodes the specified DmaRead message. Does not implicitly {@link iommufd_emu.v1.DmaRead.verify|verify} messages.
             * @param message DmaRead message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.DmaRead.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DmaRead message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.DmaRead & iommufd_emu.v1.DmaRead.$Shape} DmaRead
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.DmaRead & iommufd_emu.v1.DmaRead.$Shape;
        }

        namespace DmaRead {

            /** Properties of a DmaRead. */
            interface $Properties {

                /** DmaRead iova */
                iova?: (Long|null);

                /** DmaRead length */
                length?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DmaRead. */
            type $Shape = iommufd_emu.v1.DmaRead.$Properties;
        }

        /**
         * Properties of a DmaWrite.
         * @deprecated Use iommufd_emu.v1.DmaWrite.$Properties instead.
         */
        interface IDmaWrite extends iommufd_emu.v1.DmaWrite.$Properties {
        }

        /** Represents a DmaWrite. */
        class DmaWrite {

            /**
             * Constructs a new DmaWrite.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.DmaWrite.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DmaWrite iova. */
            iova: Long;

            /** DmaWrite data. */
            data: Uint8Array;

            /**
             * Creates a new DmaWrite instance using the specified properties.
             * @param [properties] Properties to set
             * @returns DmaWrite instance
             */
            static create(properties: iommufd_emu.v1.DmaWrite.$Shape): iommufd_emu.v1.DmaWrite & iommufd_emu.v1.DmaWrite.$Shape;
            static create(properties?: iommufd_emu.v1.DmaWrite.$Properties): iommufd_emu.v1.DmaWrite;

            /**
             * Encodes the specified DmaWrite message. Does not implicitly {@link iommufd_emu.v1.DmaWrite.verify|verify} messages.
             * @param message DmaWrite message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.DmaWrite.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DmaWrite message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.DmaWrite & iommufd_emu.v1.DmaWrite.$Shape} DmaWrite
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.DmaWrite & iommufd_emu.v1.DmaWrite.$Shape;
        }

        namespace DmaWrite {

            /** Properties of a DmaWrite. */
            interface $Properties {

                /** DmaWrite iova */
                iova?: (Long|null);

                /** DmaWrite data */
                data?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DmaWrite. */
            type $Shape = iommufd_emu.v1.DmaWrite.$Properties;
        }

        /**
         * Properties of a DmaCopy.
         * @deprecated Use iommufd_emu.v1.DmaCopy.$Properties instead.
         */
        interface IDmaCopy extends iommufd_emu.v1.DmaCopy.$Properties {
        }

        /** Represents a DmaCopy. */
        class DmaCopy {

            /**
             * Constructs a new DmaCopy.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.DmaCopy.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DmaCopy sourceIova. */
            sourceIova: Long;

            /** DmaCopy destinationIova. */
            destinationIova: Long;

            /** DmaCopy length. */
            length: Long;

            /**
             * Creates a new DmaCopy instance using the specified properties.
             * @param [properties] Properties to set
             * @returns DmaCopy instance
             */
            static create(properties: iommufd_emu.v1.DmaCopy.$Shape): iommufd_emu.v1.DmaCopy & iommufd_emu.v1.DmaCopy.$Shape;
            static create(properties?: iommufd_emu.v1.DmaCopy.$Properties): iommufd_emu.v1.DmaCopy;

            /**
             * Encodes the specified DmaCopy message. Does not implicitly {@link iommufd_emu.v1.DmaCopy.verify|verify} messages.
             * @param message DmaCopy message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.DmaCopy.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DmaCopy message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.DmaCopy & iommufd_emu.v1.DmaCopy.$Shape} DmaCopy
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.DmaCopy & iommufd_emu.v1.DmaCopy.$Shape;
        }

        namespace DmaCopy {

            /** Properties of a DmaCopy. */
            interface $Properties {

                /** DmaCopy sourceIova */
                sourceIova?: (Long|null);

                /** DmaCopy destinationIova */
                destinationIova?: (Long|null);

                /** DmaCopy length */
                length?: (Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DmaCopy. */
            type $Shape = iommufd_emu.v1.DmaCopy.$Properties;
        }

        /**
         * Properties of a DmaFill.
         * @deprecated Use iommufd_emu.v1.DmaFill.$Properties instead.
         */
        interface IDmaFill extends iommufd_emu.v1.DmaFill.$Properties {
        }

        /** Represents a DmaFill. */
        class DmaFill {

            /**
             * Constructs a new DmaFill.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.DmaFill.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DmaFill iova. */
            iova: Long;

            /** DmaFill length. */
            length: Long;

            /** DmaFill value. */
            value: number;

            /**
             * Creates a new DmaFill instance using the specified properties.
             * @param [properties] Properties to set
             * @returns DmaFill instance
             */
            static create(properties: iommufd_emu.v1.DmaFill.$Shape): iommufd_emu.v1.DmaFill & iommufd_emu.v1.DmaFill.$Shape;
            static create(properties?: iommufd_emu.v1.DmaFill.$Properties): iommufd_emu.v1.DmaFill;

            /**
             * Encodes the specified DmaFill message. Does not implicitly {@link iommufd_emu.v1.DmaFill.verify|verify} messages.
             * @param message DmaFill message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.DmaFill.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DmaFill message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.DmaFill & iommufd_emu.v1.DmaFill.$Shape} DmaFill
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.DmaFill & iommufd_emu.v1.DmaFill.$Shape;
        }

        namespace DmaFill {

            /** Properties of a DmaFill. */
            interface $Properties {

                /** DmaFill iova */
                iova?: (Long|null);

                /** DmaFill length */
                length?: (Long|null);

                /** DmaFill value */
                value?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DmaFill. */
            type $Shape = iommufd_emu.v1.DmaFill.$Properties;
        }

        /**
         * Properties of a DeviceDma.
         * @deprecated Use iommufd_emu.v1.DeviceDma.$Properties instead.
         */
        interface IDeviceDma extends iommufd_emu.v1.DeviceDma.$Properties {
        }

        /** Represents a DeviceDma. */
        class DeviceDma {

            /**
             * Constructs a new DeviceDma.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.DeviceDma.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DeviceDma read. */
            read?: (iommufd_emu.v1.DmaRead.$Properties|null);

            /** DeviceDma write. */
            write?: (iommufd_emu.v1.DmaWrite.$Properties|null);

            /** DeviceDma copy. */
            copy?: (iommufd_emu.v1.DmaCopy.$Properties|null);

            /** DeviceDma fill. */
            fill?: (iommufd_emu.v1.DmaFill.$Properties|null);

            /** DeviceDma pasid. */
            pasid: number;

            /** DeviceDma operation. */
            operation?: ("read"|"write"|"copy"|"fill");

            /**
             * Creates a new DeviceDma instance using the specified properties.
             * @param [properties] Properties to set
             * @returns DeviceDma instance
             */
            static create(properties: iommufd_emu.v1.DeviceDma.$Shape): iommufd_emu.v1.DeviceDma & iommufd_emu.v1.DeviceDma.$Shape;
            static create(properties?: iommufd_emu.v1.DeviceDma.$Properties): iommufd_emu.v1.DeviceDma;

            /**
             * Encodes the specified DeviceDma message. Does not implicitly {@link iommufd_emu.v1.DeviceDma.verify|verify} messages.
             * @param message DeviceDma message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.DeviceDma.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DeviceDma message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.DeviceDma & iommufd_emu.v1.DeviceDma.$Shape} DeviceDma
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.DeviceDma & iommufd_emu.v1.DeviceDma.$Shape;
        }

        namespace DeviceDma {

            /** Properties of a DeviceDma. */
            interface $Properties {

                /** DeviceDma read */
                read?: (iommufd_emu.v1.DmaRead.$Properties|null);

                /** DeviceDma write */
                write?: (iommufd_emu.v1.DmaWrite.$Properties|null);

                /** DeviceDma copy */
                copy?: (iommufd_emu.v1.DmaCopy.$Properties|null);

                /** DeviceDma fill */
                fill?: (iommufd_emu.v1.DmaFill.$Properties|null);

                /** DeviceDma pasid */
                pasid?: (number|null);

                /** DeviceDma operation */
                operation?: ("read"|"write"|"copy"|"fill");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a DeviceDma. */
            type $Shape = {
              read?: iommufd_emu.v1.DmaRead.$Shape|null;
              write?: iommufd_emu.v1.DmaWrite.$Shape|null;
              copy?: iommufd_emu.v1.DmaCopy.$Shape|null;
              fill?: iommufd_emu.v1.DmaFill.$Shape|null;
              pasid?: number|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ operation?: undefined; read?: null; write?: null; copy?: null; fill?: null }|{ operation?: "read"; read: iommufd_emu.v1.DmaRead.$Shape; write?: null; copy?: null; fill?: null }|{ operation?: "write"; read?: null; write: iommufd_emu.v1.DmaWrite.$Shape; copy?: null; fill?: null }|{ operation?: "copy"; read?: null; write?: null; copy: iommufd_emu.v1.DmaCopy.$Shape; fill?: null }|{ operation?: "fill"; read?: null; write?: null; copy?: null; fill: iommufd_emu.v1.DmaFill.$Shape })
            );
        }

        /**
         * Properties of a DmaReply.
         * @deprecated Use iommufd_emu.v1.DmaReply.$Properties instead.
         */
        interface IDmaReply extends iommufd_emu.v1.DmaReply.$Properties {
        }

        /** Represents a DmaReply. */
        class DmaReply {

            /**
             * Constructs a new DmaReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.DmaReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DmaReply error. */
            error: number;

            /** DmaReply transferred. */
            transferred: Long;

            /** DmaReply data. */
            data: Uint8Array;

            /** DmaReply fault. */
            fault?: (iommufd_emu.v1.Fault.$Properties|null);

            /**
             * Creates a new DmaReply instance using the specified properties.
             * @param [properties] Properties to set
             * @returns DmaReply instance
             */
            static create(properties: iommufd_emu.v1.DmaReply.$Shape): iommufd_emu.v1.DmaReply & iommufd_emu.v1.DmaReply.$Shape;
            static create(properties?: iommufd_emu.v1.DmaReply.$Properties): iommufd_emu.v1.DmaReply;

            /**
             * Encodes the specified DmaReply message. Does not implicitly {@link iommufd_emu.v1.DmaReply.verify|verify} messages.
             * @param message DmaReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.DmaReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DmaReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.DmaReply & iommufd_emu.v1.DmaReply.$Shape} DmaReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.DmaReply & iommufd_emu.v1.DmaReply.$Shape;
        }

        namespace DmaReply {

            /** Properties of a DmaReply. */
            interface $Properties {

                /** DmaReply error */
                error?: (number|null);

                /** DmaReply transferred */
                transferred?: (Long|null);

                /** DmaReply data */
                data?: (Uint8Array|null);

                /** DmaReply fault */
                fault?: (iommufd_emu.v1.Fault.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DmaReply. */
            type $Shape = iommufd_emu.v1.DmaReply.$Properties;
        }

        /**
         * Properties of a Fault.
         * @deprecated Use iommufd_emu.v1.Fault.$Properties instead.
         */
        interface IFault extends iommufd_emu.v1.Fault.$Properties {
        }

        /** Represents a Fault. */
        class Fault {

            /**
             * Constructs a new Fault.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.Fault.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Fault requesterId. */
            requesterId: number;

            /** Fault address. */
            address: Long;

            /** Fault write. */
            write: boolean;

            /** Fault reason. */
            reason: number;

            /** Fault name. */
            name: string;

            /** Fault number. */
            number: Long;

            /** Fault walk. */
            walk: iommufd_emu.v1.WalkStep.$Properties[];

            /** Fault pasid. */
            pasid: number;

            /**
             * Creates a new Fault instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Fault instance
             */
            static create(properties: iommufd_emu.v1.Fault.$Shape): iommufd_emu.v1.Fault & iommufd_emu.v1.Fault.$Shape;
            static create(properties?: iommufd_emu.v1.Fault.$Properties): iommufd_emu.v1.Fault;

            /**
             * Encodes the specified Fault message. Does not implicitly {@link iommufd_emu.v1.Fault.verify|verify} messages.
             * @param message Fault message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.Fault.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Fault message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Fault & iommufd_emu.v1.Fault.$Shape} Fault
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.Fault & iommufd_emu.v1.Fault.$Shape;
        }

        namespace Fault {

            /** Properties of a Fault. */
            interface $Properties {

                /** Fault requesterId */
                requesterId?: (number|null);

                /** Fault address */
                address?: (Long|null);

                /** Fault write */
                write?: (boolean|null);

                /** Fault reason */
                reason?: (number|null);

                /** Fault name */
                name?: (string|null);

                /** Fault number */
                number?: (Long|null);

                /** Fault walk */
                walk?: (iommufd_emu.v1.WalkStep.$Properties[]|null);

                /** Fault pasid */
                pasid?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Fault. */
            type $Shape = iommufd_emu.v1.Fault.$Properties;
        }

        /**
         * Properties of a WalkStep.
         * @deprecated Use iommufd_emu.v1.WalkStep.$Properties instead.
         */
        interface IWalkStep extends iommufd_emu.v1.WalkStep.$Properties {
        }

        /** Represents a WalkStep. */
        class WalkStep {

            /**
             * Constructs a new WalkStep.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.WalkStep.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** WalkStep structure. */
            structure: string;

            /** WalkStep address. */
            address: Long;

            /** WalkStep index. */
            index: number;

            /** WalkStep word. */
            word: Long;

            /** WalkStep decoded. */
            decoded: string;

            /**
             * Creates a new WalkStep instance using the specified properties.
             * @param [properties] Properties to set
             * @returns WalkStep instance
             */
            static create(properties: iommufd_emu.v1.WalkStep.$Shape): iommufd_emu.v1.WalkStep & iommufd_emu.v1.WalkStep.$Shape;
            static create(properties?: iommufd_emu.v1.WalkStep.$Properties): iommufd_emu.v1.WalkStep;

            /**
             * Encodes the specified WalkStep message. Does not implicitly {@link iommufd_emu.v1.WalkStep.verify|verify} messages.
             * @param message WalkStep message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.WalkStep.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a WalkStep message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.WalkStep & iommufd_emu.v1.WalkStep.$Shape} WalkStep
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.WalkStep & iommufd_emu.v1.WalkStep.$Shape;
        }

        namespace WalkStep {

            /** Properties of a WalkStep. */
            interface $Properties {

                /** WalkStep structure */
                structure?: (string|null);

                /** WalkStep address */
                address?: (Long|null);

                /** WalkStep index */
                index?: (number|null);

                /** WalkStep word */
                word?: (Long|null);

                /** WalkStep decoded */
                decoded?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a WalkStep. */
            type $Shape = iommufd_emu.v1.WalkStep.$Properties;
        }

        /**
         * Properties of a DeviceFaults.
         * @deprecated Use iommufd_emu.v1.DeviceFaults.$Properties instead.
         */
        interface IDeviceFaults extends iommufd_emu.v1.DeviceFaults.$Properties {
        }

        /** Represents a DeviceFaults. */
        class DeviceFaults {

            /**
             * Constructs a new DeviceFaults.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.DeviceFaults.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DeviceFaults clear. */
            clear: boolean;

            /**
             * Creates a new DeviceFaults instance using the specified properties.
             * @param [properties] Properties to set
             * @returns DeviceFaults instance
             */
            static create(properties: iommufd_emu.v1.DeviceFaults.$Shape): iommufd_emu.v1.DeviceFaults & iommufd_emu.v1.DeviceFaults.$Shape;
            static create(properties?: iommufd_emu.v1.DeviceFaults.$Properties): iommufd_emu.v1.DeviceFaults;

            /**
             * Encodes the specified DeviceFaults message. Does not implicitly {@link iommufd_emu.v1.DeviceFaults.verify|verify} messages.
             * @param message DeviceFaults message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.DeviceFaults.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DeviceFaults message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.DeviceFaults & iommufd_emu.v1.DeviceFaults.$Shape} DeviceFaults
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.DeviceFaults & iommufd_emu.v1.DeviceFaults.$Shape;
        }

        namespace DeviceFaults {

            /** Properties of a DeviceFaults. */
            interface $Properties {

                /** DeviceFaults clear */
                clear?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DeviceFaults. */
            type $Shape = iommufd_emu.v1.DeviceFaults.$Properties;
        }

        /**
         * Properties of a FaultsReply.
         * @deprecated Use iommufd_emu.v1.FaultsReply.$Properties instead.
         */
        interface IFaultsReply extends iommufd_emu.v1.FaultsReply.$Properties {
        }

        /** Represents a FaultsReply. */
        class FaultsReply {

            /**
             * Constructs a new FaultsReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.FaultsReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** FaultsReply faults. */
            faults: iommufd_emu.v1.Fault.$Properties[];

            /** FaultsReply lost. */
            lost: Long;

            /**
             * Creates a new FaultsReply instance using the specified properties.
             * @param [properties] Properties to set
             * @returns FaultsReply instance
             */
            static create(properties: iommufd_emu.v1.FaultsReply.$Shape): iommufd_emu.v1.FaultsReply & iommufd_emu.v1.FaultsReply.$Shape;
            static create(properties?: iommufd_emu.v1.FaultsReply.$Properties): iommufd_emu.v1.FaultsReply;

            /**
             * Encodes the specified FaultsReply message. Does not implicitly {@link iommufd_emu.v1.FaultsReply.verify|verify} messages.
             * @param message FaultsReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.FaultsReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a FaultsReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.FaultsReply & iommufd_emu.v1.FaultsReply.$Shape} FaultsReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.FaultsReply & iommufd_emu.v1.FaultsReply.$Shape;
        }

        namespace FaultsReply {

            /** Properties of a FaultsReply. */
            interface $Properties {

                /** FaultsReply faults */
                faults?: (iommufd_emu.v1.Fault.$Properties[]|null);

                /** FaultsReply lost */
                lost?: (Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a FaultsReply. */
            type $Shape = iommufd_emu.v1.FaultsReply.$Properties;
        }

        /**
         * Properties of a DeviceWalk.
         * @deprecated Use iommufd_emu.v1.DeviceWalk.$Properties instead.
         */
        interface IDeviceWalk extends iommufd_emu.v1.DeviceWalk.$Properties {
        }

        /** Represents a DeviceWalk. */
        class DeviceWalk {

            /**
             * Constructs a new DeviceWalk.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.DeviceWalk.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DeviceWalk iova. */
            iova: Long;

            /** DeviceWalk write. */
            write: boolean;

            /** DeviceWalk pasid. */
            pasid: number;

            /**
             * Creates a new DeviceWalk instance using the specified properties.
             * @param [properties] Properties to set
             * @returns DeviceWalk instance
             */
            static create(properties: iommufd_emu.v1.DeviceWalk.$Shape): iommufd_emu.v1.DeviceWalk & iommufd_emu.v1.DeviceWalk.$Shape;
            static create(properties?: iommufd_emu.v1.DeviceWalk.$Properties): iommufd_emu.v1.DeviceWalk;

            /**
             * Encodes the specified DeviceWalk message. Does not implicitly {@link iommufd_emu.v1.DeviceWalk.verify|verify} messages.
             * @param message DeviceWalk message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.DeviceWalk.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DeviceWalk message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.DeviceWalk & iommufd_emu.v1.DeviceWalk.$Shape} DeviceWalk
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.DeviceWalk & iommufd_emu.v1.DeviceWalk.$Shape;
        }

        namespace DeviceWalk {

            /** Properties of a DeviceWalk. */
            interface $Properties {

                /** DeviceWalk iova */
                iova?: (Long|null);

                /** DeviceWalk write */
                write?: (boolean|null);

                /** DeviceWalk pasid */
                pasid?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DeviceWalk. */
            type $Shape = iommufd_emu.v1.DeviceWalk.$Properties;
        }

        /**
         * Properties of a WalkReply.
         * @deprecated Use iommufd_emu.v1.WalkReply.$Properties instead.
         */
        interface IWalkReply extends iommufd_emu.v1.WalkReply.$Properties {
        }

        /** Represents a WalkReply. */
        class WalkReply {

            /**
             * Constructs a new WalkReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.WalkReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** WalkReply error. */
            error: number;

            /** WalkReply translated. */
            translated: boolean;

            /** WalkReply address. */
            address: Long;

            /** WalkReply pageBytes. */
            pageBytes: Long;

            /** WalkReply readable. */
            readable: boolean;

            /** WalkReply writable. */
            writable: boolean;

            /** WalkReply fault. */
            fault?: (iommufd_emu.v1.Fault.$Properties|null);

            /** WalkReply walk. */
            walk: iommufd_emu.v1.WalkStep.$Properties[];

            /**
             * Creates a new WalkReply instance using the specified properties.
             * @param [properties] Properties to set
             * @returns WalkReply instance
             */
            static create(properties: iommufd_emu.v1.WalkReply.$Shape): iommufd_emu.v1.WalkReply & iommufd_emu.v1.WalkReply.$Shape;
            static create(properties?: iommufd_emu.v1.WalkReply.$Properties): iommufd_emu.v1.WalkReply;

            /**
             * Encodes the specified WalkReply message. Does not implicitly {@link iommufd_emu.v1.WalkReply.verify|verify} messages.
             * @param message WalkReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.WalkReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a WalkReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.WalkReply & iommufd_emu.v1.WalkReply.$Shape} WalkReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.WalkReply & iommufd_emu.v1.WalkReply.$Shape;
        }

        namespace WalkReply {

            /** Properties of a WalkReply. */
            interface $Properties {

                /** WalkReply error */
                error?: (number|null);

                /** WalkReply translated */
                translated?: (boolean|null);

                /** WalkReply address */
                address?: (Long|null);

                /** WalkReply pageBytes */
                pageBytes?: (Long|null);

                /** WalkReply readable */
                readable?: (boolean|null);

                /** WalkReply writable */
                writable?: (boolean|null);

                /** WalkReply fault */
                fault?: (iommufd_emu.v1.Fault.$Properties|null);

                /** WalkReply walk */
                walk?: (iommufd_emu.v1.WalkStep.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a WalkReply. */
            type $Shape = iommufd_emu.v1.WalkReply.$Properties;
        }

        /**
         * Properties of a DeviceAdd.
         * @deprecated Use iommufd_emu.v1.DeviceAdd.$Properties instead.
         */
        interface IDeviceAdd extends iommufd_emu.v1.DeviceAdd.$Properties {
        }

        /** Represents a DeviceAdd. */
        class DeviceAdd {

            /**
             * Constructs a new DeviceAdd.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.DeviceAdd.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DeviceAdd device. */
            device: string;

            /**
             * Creates a new DeviceAdd instance using the specified properties.
             * @param [properties] Properties to set
             * @returns DeviceAdd instance
             */
            static create(properties: iommufd_emu.v1.DeviceAdd.$Shape): iommufd_emu.v1.DeviceAdd & iommufd_emu.v1.DeviceAdd.$Shape;
            static create(properties?: iommufd_emu.v1.DeviceAdd.$Properties): iommufd_emu.v1.DeviceAdd;

            /**
             * Encodes the specified DeviceAdd message. Does not implicitly {@link iommufd_emu.v1.DeviceAdd.verify|verify} messages.
             * @param message DeviceAdd message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.DeviceAdd.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DeviceAdd message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.DeviceAdd & iommufd_emu.v1.DeviceAdd.$Shape} DeviceAdd
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.DeviceAdd & iommufd_emu.v1.DeviceAdd.$Shape;
        }

        namespace DeviceAdd {

            /** Properties of a DeviceAdd. */
            interface $Properties {

                /** DeviceAdd device */
                device?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DeviceAdd. */
            type $Shape = iommufd_emu.v1.DeviceAdd.$Properties;
        }

        /**
         * Properties of a DeviceRemove.
         * @deprecated Use iommufd_emu.v1.DeviceRemove.$Properties instead.
         */
        interface IDeviceRemove extends iommufd_emu.v1.DeviceRemove.$Properties {
        }

        /** Represents a DeviceRemove. */
        class DeviceRemove {

            /**
             * Constructs a new DeviceRemove.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.DeviceRemove.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DeviceRemove address. */
            address: string;

            /**
             * Creates a new DeviceRemove instance using the specified properties.
             * @param [properties] Properties to set
             * @returns DeviceRemove instance
             */
            static create(properties: iommufd_emu.v1.DeviceRemove.$Shape): iommufd_emu.v1.DeviceRemove & iommufd_emu.v1.DeviceRemove.$Shape;
            static create(properties?: iommufd_emu.v1.DeviceRemove.$Properties): iommufd_emu.v1.DeviceRemove;

            /**
             * Encodes the specified DeviceRemove message. Does not implicitly {@link iommufd_emu.v1.DeviceRemove.verify|verify} messages.
             * @param message DeviceRemove message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.DeviceRemove.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DeviceRemove message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.DeviceRemove & iommufd_emu.v1.DeviceRemove.$Shape} DeviceRemove
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.DeviceRemove & iommufd_emu.v1.DeviceRemove.$Shape;
        }

        namespace DeviceRemove {

            /** Properties of a DeviceRemove. */
            interface $Properties {

                /** DeviceRemove address */
                address?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DeviceRemove. */
            type $Shape = iommufd_emu.v1.DeviceRemove.$Properties;
        }

        /**
         * Properties of a Status.
         * @deprecated Use iommufd_emu.v1.Status.$Properties instead.
         */
        interface IStatus extends iommufd_emu.v1.Status.$Properties {
        }

        /** Represents a Status. */
        class Status {

            /**
             * Constructs a new Status.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.Status.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Creates a new Status instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Status instance
             */
            static create(properties: iommufd_emu.v1.Status.$Shape): iommufd_emu.v1.Status & iommufd_emu.v1.Status.$Shape;
            static create(properties?: iommufd_emu.v1.Status.$Properties): iommufd_emu.v1.Status;

            /**
             * Encodes the specified Status message. Does not implicitly {@link iommufd_emu.v1.Status.verify|verify} messages.
             * @param message Status message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.Status.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Status message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.Status & iommufd_emu.v1.Status.$Shape} Status
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.Status & iommufd_emu.v1.Status.$Shape;
        }

        namespace Status {

            /** Properties of a Status. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Status. */
            type $Shape = iommufd_emu.v1.Status.$Properties;
        }

        /**
         * Properties of a StatusReply.
         * @deprecated Use iommufd_emu.v1.StatusReply.$Properties instead.
         */
        interface IStatusReply extends iommufd_emu.v1.StatusReply.$Properties {
        }

        /** Represents a StatusReply. */
        class StatusReply {

            /**
             * Constructs a new StatusReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: iommufd_emu.v1.StatusReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** StatusReply json. */
            json: string;

            /**
             * Creates a new StatusReply instance using the specified properties.
             * @param [properties] Properties to set
             * @returns StatusReply instance
             */
            static create(properties: iommufd_emu.v1.StatusReply.$Shape): iommufd_emu.v1.StatusReply & iommufd_emu.v1.StatusReply.$Shape;
            static create(properties?: iommufd_emu.v1.StatusReply.$Properties): iommufd_emu.v1.StatusReply;

            /**
             * Encodes the specified StatusReply message. Does not implicitly {@link iommufd_emu.v1.StatusReply.verify|verify} messages.
             * @param message StatusReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: iommufd_emu.v1.StatusReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a StatusReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {iommufd_emu.v1.StatusReply & iommufd_emu.v1.StatusReply.$Shape} StatusReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): iommufd_emu.v1.StatusReply & iommufd_emu.v1.StatusReply.$Shape;
        }

        namespace StatusReply {

            /** Properties of a StatusReply. */
            interface $Properties {

                /** StatusReply json */
                json?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a StatusReply. */
            type $Shape = iommufd_emu.v1.StatusReply.$Properties;
        }
    }
}
