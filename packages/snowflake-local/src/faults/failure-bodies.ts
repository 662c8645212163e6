/** A failure that does not come from Snowflake's own code, as it arrives at a client. */
export interface FailureBody {
  readonly contentType: string;
  readonly text: string;
}

const PHRASES: Readonly<Record<number, string>> = {
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
};

/** The body that comes with a status: XML from the object store for 403, a gateway's page for 5xx, JSON else. */
export function failureBody(status: number): FailureBody {
  if (status === 403) {
    const text =
      '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message><HostId>local</HostId></Error>';
    return { contentType: 'application/xml', text };
  }
  if (status >= 500) {
    const title = `${status} ${PHRASES[status] ?? 'Error'}`;
    const text = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
    return { contentType: 'text/html', text };
  }
  return { contentType: 'application/json', text: JSON.stringify({ message: status === 429 ? 'Too Many Requests' : `Status ${status}` }) };
}

/** What the session protocol says of an expired session, and the SQL API of an expired token. */
export function expiredToken(path: string): FailureBody & { readonly status: number } {
  const isApi = path.startsWith('/api/');
  const body = isApi
    ? { code: '390144', message: 'JWT token is invalid.' }
    : { data: null, code: '390112', message: 'Your session has expired. Please login again.', success: false };
  return { status: isApi ? 401 : 200, contentType: 'application/json', text: JSON.stringify(body) };
}
