# The daemon in a container: docs/container.md tells how to build, run and reach it.
FROM node:20-bookworm AS build
WORKDIR /src
COPY . .
RUN scripts/container/build.sh
RUN scripts/container/assemble.sh /opt/iommufd-emu

FROM node:20-bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends tini \
 && rm -rf /var/lib/apt/lists/* \
 && ln -s /opt/iommufd-emu/client/cli/iommufd-emu /usr/local/bin/iommufd-emu \
 && install -d -o node -g node -m 0750 /run/iommufd-emu
COPY --from=build /opt/iommufd-emu /opt/iommufd-emu
ENV NODE_ENV=production IOMMUFD_EMU_SOCKET=/run/iommufd-emu/iommufd.sock
USER node
WORKDIR /run/iommufd-emu
VOLUME /run/iommufd-emu
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 CMD ["/opt/iommufd-emu/healthcheck.sh"]
ENTRYPOINT ["/usr/bin/tini", "--", "/opt/iommufd-emu/entrypoint.sh"]
CMD ["serve"]
