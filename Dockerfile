# faasfuzz with the runtimes it drives:
#   docker build -t faasfuzz . && docker run --rm -v "$PWD:/work" faasfuzz faasfuzz run .
FROM debian:trixie-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates git nodejs python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*

COPY . /src
RUN python3 -m venv /opt/faasfuzz \
    && /opt/faasfuzz/bin/pip install --no-cache-dir /src \
    && install -m 755 /src/.ci/campaign /usr/local/bin/faasfuzz-campaign \
    && ln -s /opt/faasfuzz/bin/faasfuzz /usr/local/bin/faasfuzz \
    && rm -rf /src \
    && useradd --create-home fuzz

# The functions under test do what they like: never as root.
USER fuzz
WORKDIR /work
ENTRYPOINT []
CMD ["faasfuzz", "--help"]
