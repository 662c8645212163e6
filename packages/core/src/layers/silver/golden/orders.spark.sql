CREATE TEMPORARY VIEW _classified AS
SELECT *, COALESCE(CAST(`v__sold_at` AS DATE), CAST(substr(_batch, 1, 10) AS DATE)) AS _day FROM (SELECT `t__line` AS `v__line`, `t__code` AS `v__code`, `t__about` AS `v__about`, `t__quantity` AS `v__quantity`, CASE WHEN (COALESCE(`t__total` < CAST('0' AS DECIMAL(18,3)), FALSE)) THEN NULL ELSE `t__total` END AS `v__total`, `t__sold_at` AS `v__sold_at`, CASE WHEN _reasons IS NOT NULL THEN `line` END AS `r__line`, CASE WHEN _reasons IS NOT NULL THEN `code` END AS `r__code`, CASE WHEN _reasons IS NOT NULL THEN `about` END AS `r__about`, CASE WHEN _reasons IS NOT NULL THEN `qty` END AS `r__qty`, CASE WHEN _reasons IS NOT NULL THEN `price` END AS `r__price`, CASE WHEN _reasons IS NOT NULL THEN `sold` END AS `r__sold`, _batch, _reasons FROM (SELECT *, NULLIF(concat_ws(', ', CASE WHEN `b__line` IS NULL AND `t__line` IS NULL THEN 'line: required' END, CASE WHEN `b__code` IS NULL AND `t__code` IS NULL THEN 'code: required' END, CASE WHEN COALESCE(NOT (`t__code` RLIKE '^(?:[0-9]{5}[A-Z]*)\\z'), FALSE) THEN 'code: pattern' END, CASE WHEN `b__quantity` IS NOT NULL AND TRY_CAST(`b__quantity` AS BIGINT) IS NULL THEN 'quantity: cast' END, CASE WHEN COALESCE(`t__quantity` < CAST('-1000' AS BIGINT) OR `t__quantity` > CAST('1000' AS BIGINT), FALSE) THEN 'quantity: range' END), '') AS _reasons FROM (SELECT *, `b__line` AS `t__line`, `b__code` AS `t__code`, COALESCE(`b__about`, CAST('unknown' AS STRING)) AS `t__about`, TRY_CAST(`b__quantity` AS BIGINT) AS `t__quantity`, `b__total` AS `t__total`, `b__sold_at` AS `t__sold_at` FROM (SELECT `line`, `code`, `about`, `qty`, `price`, `sold`, _batch, (`line`) AS `b__line`, upper(regexp_replace((`code`), '^[ \\t\\n\\r\\f]+|[ \\t\\n\\r\\f]+\\z', '')) AS `b__code`, CASE WHEN regexp_replace(regexp_replace((`about`), '^[ \\t\\n\\r\\f]+|[ \\t\\n\\r\\f]+\\z', ''), '[ \\t\\n\\r\\f]+', ' ') IN ('', '?') THEN NULL ELSE regexp_replace(regexp_replace((`about`), '^[ \\t\\n\\r\\f]+|[ \\t\\n\\r\\f]+\\z', ''), '[ \\t\\n\\r\\f]+', ' ') END AS `b__about`, CASE (`qty`) WHEN 'none' THEN '0' ELSE (`qty`) END AS `b__quantity`, (TRY_CAST(qty AS DECIMAL(9, 0)) * price) AS `b__total`, (`sold`) AS `b__sold_at` FROM _source) AS _cleaned) AS _typed) AS _judged) AS _kept;

CREATE TEMPORARY VIEW _candidates AS
SELECT `v__line` AS `line`, `v__code` AS `code`, `v__about` AS `about`, `v__quantity` AS `quantity`, `v__total` AS `total`, `v__sold_at` AS `sold_at`, _day FROM _classified WHERE _reasons IS NULL;

CREATE TEMPORARY VIEW _rows AS
SELECT `line`, `code`, `about`, `quantity`, `total`, `sold_at`, _day FROM (SELECT `line`, `code`, `about`, `quantity`, `total`, `sold_at`, _day FROM (SELECT *, row_number() OVER (PARTITION BY _day, `code`, `quantity`, `about` ORDER BY `line` ASC NULLS FIRST, `total` ASC NULLS FIRST, `sold_at` ASC NULLS FIRST) AS _rank FROM (SELECT `line`, `code`, `about`, `quantity`, `total`, `sold_at`, _day FROM (SELECT *, row_number() OVER (PARTITION BY _day, `line` ORDER BY `sold_at` DESC NULLS LAST, `code` DESC NULLS LAST, `about` DESC NULLS LAST, `quantity` DESC NULLS LAST, `total` DESC NULLS LAST) AS _rank FROM _candidates) AS _ranked WHERE _rank = 1) AS _first) AS _ranked WHERE _rank = 1) AS _first;

CREATE TEMPORARY VIEW _refused AS
SELECT `r__line` AS `line`, `r__code` AS `code`, `r__about` AS `about`, `r__qty` AS `qty`, `r__price` AS `price`, `r__sold` AS `sold`, _reasons, _batch, _day FROM _classified WHERE _reasons IS NOT NULL;

CREATE TEMPORARY VIEW _accounting AS
SELECT _day AS day, COUNT(*) AS rows_read, array_join(collect_set(_batch), ',') AS batches FROM _classified GROUP BY 1;

-- notNull(about)
SELECT COUNT(CASE WHEN `about` IS NULL THEN 1 END) FROM _rows;

-- unique(line)
SELECT COUNT(*) FROM (SELECT 1 FROM _rows GROUP BY _day, `line` HAVING COUNT(*) > 1) AS _copies;

