internal import CCurl
internal import Linux

/// One request in curl: its handle, the memory that this refers to, and the answer so far.
///
/// ## Concurrency
/// Confined to the `http` thread; curl also calls the functions at the end of this file on it.
final class Transfer {
    /// The longest head that is accepted (bytes of all headers).
    static let headLimitBytes = 256 << 10
    /// A status has three digits (RFC 9110, 15).
    private static let statuses = 100...999

    let number: UInt64
    let channel: ResponseChannel
    let easy: UnsafeMutableRawPointer

    let request: HTTPRequest
    private let errorText: UnsafeMutableBufferPointer<CChar>
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private var status = 0
    private var headers: [HTTPHeader] = []
    private var headBytes = 0
    private var hasBegun = false
    // Why our functions refused what curl offered.
    var refusal: HTTPError?
    /// The option of the request that curl did not accept: the request must not be sent then, since
    /// curl would use its defaults, such as the system's authorities.
    private(set) var fault: HTTPError?

    /// Creates a handle; nil if curl has no memory left.
    ///
    /// The corresponding C functions are `curl_easy_init` and `curl_easy_setopt`.
    init?(number: UInt64, request: HTTPRequest, channel: ResponseChannel) {
        guard let easy = ccurl_easy_init() else { return nil }
        self.number = number
        self.request = request
        self.channel = channel
        self.easy = easy
        errorText = .allocate(capacity: ccurl_error_bytes)
        errorText.initialize(repeating: 0)
        setMethodAndBody()
        setHeaders()
        setLimits()
        setTrust()
        setReach()
        setCallbacks()
    }

    deinit {
        ccurl_easy_cleanup(easy)
        ccurl_slist_free_all(headerList)
        errorText.deallocate()
    }

    // MARK: The options for curl

    /// Notes curl's answer to an option.
    func take(_ code: CURLcode) {
        guard code != CURLE_OK, fault == nil else { return }
        fault = .malformed(
            "curl takes not all of it (\(String(cString: ccurl_easy_strerror(code))))")
    }

    private func setMethodAndBody() {
        take(ccurl_set_text(easy, CURLOPT_URL, request.url))
        // Never a file, even if an address from elsewhere names one.
        take(ccurl_set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https"))
        switch (request.method, request.body) {
        case ("GET", nil): take(ccurl_set_number(easy, CURLOPT_HTTPGET, 1))
        case ("HEAD", nil): take(ccurl_set_number(easy, CURLOPT_NOBODY, 1))
        case ("POST", let body): setBody(body ?? [])
        case ("PUT", let body), ("PATCH", let body):
            setBody(body ?? [])
            take(ccurl_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method))
        case (_, let body):
            if let body { setBody(body) }
            take(ccurl_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method))
        }
    }

    private func setBody(_ body: [UInt8]) {
        take(ccurl_set_number(easy, CURLOPT_POST, 1))
        take(ccurl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
        // The extra byte makes the pointer of an empty body valid: without a body curl would read
        // stdin.
        var bytes = body + [0]
        take(ccurl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, &bytes))
    }

    private func setHeaders() {
        let names = Set(request.headers.map { $0.name.lowercased() })
        var lines = request.headers.map { header in
            // curl's way to write a header without value.
            header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)"
        }
        // Removes headers that curl would add on its own: a wrong type, and a round trip before a
        // long body.
        if !names.contains("content-type") { lines.append("Content-Type:") }
        if !names.contains("expect") { lines.append("Expect:") }
        for line in lines {
            guard let longer = ccurl_slist_append(headerList, line) else {
                return take(CURLE_OUT_OF_MEMORY)
            }
            headerList = longer
        }
        take(ccurl_set_list(easy, CURLOPT_HTTPHEADER, headerList))
    }

    private func setLimits() {
        take(
            ccurl_set_number(
                easy, CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(request.connectDeadline)))
        if let deadline = request.deadline {
            take(ccurl_set_number(easy, CURLOPT_TIMEOUT_MS, Self.milliseconds(deadline)))
        }
        if let idle = request.idleDeadline {
            take(ccurl_set_number(easy, CURLOPT_LOW_SPEED_LIMIT, 1))
            let seconds = (Self.milliseconds(idle) + 999) / 1000
            take(ccurl_set_number(easy, CURLOPT_LOW_SPEED_TIME, seconds))
        }
        if request.isSentOnce { take(ccurl_set_number(easy, CURLOPT_FRESH_CONNECT, 1)) }
        // Timeouts by signal would hit other threads.
        take(ccurl_set_number(easy, CURLOPT_NOSIGNAL, 1))
        // Otherwise an abort, and all other transfers, would wait until the name server has
        // answered.
        take(ccurl_set_number(easy, CURLOPT_QUICK_EXIT, 1))
    }

    private func setTrust() {
        if let file = request.certificateAuthorityFile {
            take(ccurl_set_text(easy, CURLOPT_CAINFO, file))
            // Debian's curl also trusts the system's folder unless it is removed here.
            take(ccurl_set_text(easy, CURLOPT_CAPATH, nil))
        }
        switch request.proxy {
        case .environment: break
        case .none: take(ccurl_set_text(easy, CURLOPT_PROXY, ""))
        case .address(let address): take(ccurl_set_text(easy, CURLOPT_PROXY, address))
        }
    }

    private func setCallbacks() {
        let owner = Unmanaged.passUnretained(self).toOpaque()
        take(ccurl_set_pointer(easy, CURLOPT_WRITEDATA, owner))
        take(ccurl_set_receiver(easy, CURLOPT_WRITEFUNCTION, receiveBody))
        take(ccurl_set_pointer(easy, CURLOPT_HEADERDATA, owner))
        take(ccurl_set_receiver(easy, CURLOPT_HEADERFUNCTION, receiveHeader))
        // A proxy's own head is not the answer's.
        take(ccurl_set_number(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1))
        take(ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText.baseAddress))
    }

    private static func milliseconds(_ duration: Duration) -> Int {
        Int(min(max(duration.nanoseconds / 1_000_000, 1), Int64(Int32.max)))
    }

    // MARK: The answer

    fileprivate func receiveHeaderLine(_ bytes: UnsafeRawBufferPointer) -> Bool {
        // Lines after the head are trailers, which are ignored.
        if hasBegun { return true }
        headBytes += bytes.count
        guard headBytes <= Self.headLimitBytes else {
            refusal = .broken(
                server: channel.server, reason: "a head of over \(Self.headLimitBytes) bytes")
            return false
        }
        let line = String(decoding: bytes, as: UTF8.self).trimmingBlanks
        if line.hasPrefix("HTTP/") {
            headers = []
            let words = line.split(separator: " ", maxSplits: 2)
            status = words.count > 1 ? Int(words[1]) ?? 0 : 0
            // Debian 13's curl takes a status of any length from the wire.
            guard Self.statuses.contains(status) else {
                refusal = .broken(server: channel.server, reason: "a status line without a status")
                return false
            }
        } else if line.isEmpty {
            if status >= 200 {
                hasBegun = true
                channel.begin(HTTPHead(status: status, headers: headers))
            }
        } else if let colon = line.firstIndex(of: ":") {
            let value = line[line.index(after: colon)...].trimmingBlanks
            headers.append(HTTPHeader(String(line[..<colon].trimmingBlanks), String(value)))
        }
        return true
    }

    fileprivate func receiveBodyBytes(_ bytes: UnsafeRawBufferPointer) -> Int {
        switch channel.take(bytes) {
        case .taken: return bytes.count
        case .pause: return ccurl_pause
        case .tooLarge:
            refusal = .tooLarge(server: channel.server, limitBytes: request.responseLimitBytes)
            return 0
        }
    }

    /// The outcome for curl's final code of the transfer.
    func outcome(_ code: CURLcode) -> Result<Void, HTTPError> {
        if code == CURLE_OK { return .success(()) }
        if let refusal { return .failure(refusal) }
        let server = channel.server
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST: return .failure(.unresolved(server: server))
        case CURLE_OPERATION_TIMEDOUT: return .failure(.timedOut(server: server))
        case CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY:
            return .failure(.unreachable(server: server, reason: reason(code)))
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL:
            return .failure(.malformed("the address of \(server) is not valid"))
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_INVALIDCERTSTATUS:
            return .failure(.untrusted(server: server, reason: reason(code)))
        default: return .failure(.broken(server: server, reason: reason(code)))
        }
    }

    /// curl's words, unless they repeat a header's value, which may be a secret.
    private func reason(_ code: CURLcode) -> String {
        let general = String(cString: ccurl_easy_strerror(code))
        guard let text = errorText.baseAddress.map({ String(cString: $0) }), !text.isEmpty else {
            return general
        }
        let isTelling = request.headers.contains {
            $0.value.count >= Self.secretCharacters && !text.ranges(of: $0.value).isEmpty
        }
        return isTelling ? general : text
    }

    /// Shorter values are not secrets.
    private static let secretCharacters = 8
}

extension StringProtocol {
    /// The text without the blanks and line ends around it.
    fileprivate var trimmingBlanks: SubSequence {
        let isText: (Character) -> Bool = { $0 != " " && $0 != "\t" && !$0.isNewline }
        guard let first = firstIndex(where: isText), let last = lastIndex(where: isText) else {
            return self[startIndex..<startIndex]
        }
        return self[first...last]
    }
}

// The context is the transfer that set it, which outlives its handle.
private func receiveHeader(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
    _ owner: UnsafeMutableRawPointer?
) -> Int {
    guard let owner else { return 0 }
    let transfer = Unmanaged<Transfer>.fromOpaque(owner).takeUnretainedValue()
    let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return transfer.receiveHeaderLine(line) ? line.count : 0
}

private func receiveBody(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
    _ owner: UnsafeMutableRawPointer?
) -> Int {
    guard let owner else { return 0 }
    let transfer = Unmanaged<Transfer>.fromOpaque(owner).takeUnretainedValue()
    return transfer.receiveBodyBytes(UnsafeRawBufferPointer(start: bytes, count: size * count))
}
