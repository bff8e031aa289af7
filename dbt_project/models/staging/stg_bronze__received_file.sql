-- a file received twice has the same bytes, and so the same date of preparation
select
    file_sha256,
    min(source) as source,
    min(sender_code) as sender_code,
    min(prepared_on) as prepared_on,
    max({{ provenance_rank('provenance') }}) as provenance_rank
from {{ source('bronze', 'received_file') }}
group by file_sha256
