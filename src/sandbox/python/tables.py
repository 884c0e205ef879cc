"""numpy and pandas values as plain ones. Fills TABLES once pandas is loaded; empty without it."""

import datetime
from typing import Callable

# Each gives whether the value is one of its own, what it is instead, and whether NaN in that means
# that there is no value.
Table = Callable[[object, type], "tuple[bool, object, bool]"]
NOT_MINE = (False, None, False)
TABLES: "list[Table]" = []


class Duplicate(Exception):
    """Two columns of a table have one name."""


def learn() -> None:
    """Adds numpy and pandas, which are loaded; once, before any fork."""
    import numpy
    import pandas

    TABLES.append(_pandas_table(pandas))
    TABLES.append(_numpy_table(numpy))


def _numpy_table(numpy: object) -> Table:
    array, scalar = numpy.ndarray, numpy.generic
    to_list, to_item, to_text = array.tolist, scalar.item, numpy.datetime_as_string
    is_not_time = numpy.isnat
    # Their numbers would come without the unit: refused as every length of time is.
    length = datetime.timedelta(0)

    def table(value: object, kind: type) -> "tuple[bool, object, bool]":
        if issubclass(kind, numpy.datetime64):
            return True, None if is_not_time(value) else str(to_text(value)), False
        if issubclass(kind, numpy.timedelta64):
            return True, None if is_not_time(value) else length, False
        if issubclass(kind, scalar):
            return True, to_item(value), False
        if issubclass(kind, array):
            if value.dtype.kind == "m":
                return True, length, False
            if value.dtype.kind == "M":
                value = numpy.where(is_not_time(value), None, to_text(value).astype(object))
            return True, to_list(value), False
        return NOT_MINE

    return table


def _pandas_table(pandas: object) -> Table:
    frame, series, index = pandas.DataFrame, pandas.Series, pandas.Index
    arrays = pandas.api.extensions.ExtensionArray
    missing = (pandas.NaT, pandas.NA)

    def table(value: object, kind: type) -> "tuple[bool, object, bool]":
        if any(value is one for one in missing):
            return True, None, False
        if issubclass(kind, frame):
            if not value.columns.is_unique:
                raise Duplicate("two columns of the table have one name; rename one")
            return True, frame.to_dict(value, "records"), True
        if issubclass(kind, (series, index)):
            return True, kind.tolist(value), True
        if issubclass(kind, arrays):
            return True, list(value), True
        return NOT_MINE

    return table
