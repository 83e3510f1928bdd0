# An image with runnerctl, for CI. Its context is the folder linux of a release, which
# `make release` has verified. README.md says how to build it.
ARG BASE=public.ecr.aws/docker/library/debian:stable-slim
FROM ${BASE}
# runnerctl reads AWS through TLS; jobs that it runs here have bash.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 1000 --shell /bin/bash runnerctl
ARG TARGETARCH
COPY --chmod=0755 ${TARGETARCH}/runnerctl /usr/local/bin/runnerctl
USER 1000
WORKDIR /home/runnerctl
ENTRYPOINT ["runnerctl"]
