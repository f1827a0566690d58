# bprop with everything but JAX, in a container:
#   docker build -t bprop . && docker run --rm --user "$(id -u)" -v "$PWD:/data" bprop train table.csv
FROM python:3.12-slim AS build
COPY . /source
RUN python -m venv /opt/bprop && /opt/bprop/bin/pip install --no-cache-dir "/source[native,sklearn,cli,tables,onnx,tune]"

FROM python:3.12-slim
COPY --from=build /opt/bprop /opt/bprop
RUN useradd --create-home person
USER person
WORKDIR /data
ENV PATH="/opt/bprop/bin:$PATH" HOME=/tmp
ENTRYPOINT ["bprop"]
CMD ["--help"]
