#!/usr/bin/env python3
"""Draws the bytes of the seven days before today (UTC) by mover, from the Enstore accounting service.

Needs what requirements.txt beside it lists, and the stubs made once by

    python -m grpc_tools.protoc -I proto/src/main/proto --python_out=. --grpc_python_out=. \
        enstore/accounting/v1/accounting.proto

    plot.py HOST:PORT DATA_SOURCE PICTURE.png [CA.crt]

The token, if the service asks for one, is taken from the variable ENSTORE_TOKEN.
"""

import datetime
import os
import sys

import grpc
import matplotlib
import pyarrow.ipc

from enstore.accounting.v1 import accounting_pb2 as api
from enstore.accounting.v1 import accounting_pb2_grpc as stubs


# A file is all that is drawn to.
matplotlib.use("Agg")


def channel(address, authority=None):
    """A channel to the service: over TLS when its authority's certificate is given."""
    if authority is None:
        return grpc.insecure_channel(address)
    with open(authority, "rb") as file:
        return grpc.secure_channel(address, grpc.ssl_channel_credentials(file.read()))


def data_frame(stub, data_source, query, token=""):
    """The answer to a query as a data frame: the column "time" and one for each series."""
    request = api.QuerySeriesRequest(data_source=data_source, query=query, format="FORMAT_ARROW")
    metadata = [("authorization", "Bearer " + token)] if token else []
    parts = stub.QuerySeries(request, timeout=60, metadata=metadata)
    table = pyarrow.ipc.open_file(b"".join(part.arrow for part in parts)).read_all()
    frame = table.to_pandas()
    # Every value column is named by the measure; what tells them apart is in their metadata.
    frame.columns = [
        field.name if index == 0 else field.metadata[b"labels"].decode()
        for index, field in enumerate(table.schema)
    ]
    return frame.set_index("time")


def main():
    address, data_source, picture, *authority = sys.argv[1:]
    now = datetime.datetime.now(datetime.timezone.utc)
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    query = api.SeriesQuery(measure="bytes", direction="DIRECTION_SUM", step="1h")
    query.start_time.FromDatetime(today - datetime.timedelta(days=7))
    query.end_time.FromDatetime(today)
    with channel(address, *authority) as open_channel:
        stub = stubs.AccountingServiceStub(open_channel)
        try:
            frame = data_frame(stub, data_source, query, os.environ.get("ENSTORE_TOKEN", ""))
        except grpc.RpcError as failure:
            sys.exit(f"{failure.code().name}: {failure.details()}")
    axes = frame.plot.area(figsize=(12, 6), linewidth=0, legend=len(frame.columns) <= 20)
    axes.set_ylabel("MiB in an hour")
    axes.figure.savefig(picture, bbox_inches="tight")
    print(f"{frame.sum().sum():.0f} MiB by {len(frame.columns)} movers are in {picture}")


if __name__ == "__main__":
    main()
