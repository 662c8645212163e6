"""The job of `npm run bench -- engines` as somebody who knows Spark would write it by hand: what the runner is measured against."""

from __future__ import annotations

import sys

from pyspark.sql import SparkSession


def main(source: str, target: str, memory: str, threads: str) -> None:
    """Order lines, the latest of each, by day; then sales by day and product."""
    spark = (
        SparkSession.builder.master(f"local[{threads}]")
        .config("spark.driver.memory", memory)
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.ansi.enabled", "true")
        .config("spark.sql.parquet.compression.codec", "zstd")
        .config("spark.sql.shuffle.partitions", str(int(threads) * 4))
        .config("spark.local.dir", f"{target}/tmp")
        .getOrCreate()
    )
    spark.read.parquet(source).createOrReplaceTempView("source")
    latest = spark.sql(
        """
        SELECT line_id, order_id, product, quantity, unit_price, ordered_at, changed_at, CAST(ordered_at AS DATE) AS day FROM (
          SELECT line_id, order_id, upper(trim(product)) AS product, quantity, unit_price, ordered_at, changed_at,
            row_number() OVER (PARTITION BY CAST(ordered_at AS DATE), line_id ORDER BY changed_at DESC, order_id DESC, product DESC) AS rank
          FROM source WHERE line_id IS NOT NULL AND quantity IS NOT NULL AND ordered_at IS NOT NULL)
        WHERE rank = 1
        """
    )
    latest.repartition("day").sortWithinPartitions("day", "line_id").write.partitionBy("day").parquet(f"{target}/lines")
    spark.read.parquet(f"{target}/lines").createOrReplaceTempView("lines")
    sales = spark.sql(
        """
        SELECT day AS sale_date, product, sum(quantity) AS pieces, sum(CAST(quantity * unit_price AS DECIMAL(18,2))) AS sales, day
        FROM lines GROUP BY day, product
        """
    )
    sales.repartition("day").sortWithinPartitions("day", "product").write.partitionBy("day").parquet(f"{target}/sales")


if __name__ == "__main__":
    main(*sys.argv[1:5])
