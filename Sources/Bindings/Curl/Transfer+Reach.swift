private import CCurl
private import Glibc
internal import Linux

// Which addresses a name may resolve to. The check is made where the connection is opened, so that
// a name server cannot give one address for the check and another for the connection.
extension Transfer {
    /// Makes curl ask before each connection that it opens.
    ///
    /// The corresponding C option is `CURLOPT_OPENSOCKETFUNCTION`.
    func setReach() {
        guard request.reach == .internetOnly else { return }
        let owner = Unmanaged.passUnretained(self).toOpaque()
        take(ccurl_set_pointer(easy, CURLOPT_OPENSOCKETDATA, owner))
        take(ccurl_set_opener(easy, openSocket))
    }

    fileprivate func mayReach(_ address: IPAddress?) -> Bool {
        if address?.isPublic ?? false { return true }
        refusal = .forbidden(server: channel.server)
        return false
    }
}

// The context is the transfer that set it, which outlives its handle.
private func openSocket(
    _ owner: UnsafeMutableRawPointer?, _ purpose: curlsocktype,
    _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let owner, let address else { return ccurl_no_socket }
    let transfer = Unmanaged<Transfer>.fromOpaque(owner).takeUnretainedValue()
    let isAllowed = withUnsafeBytes(of: &address.pointee.addr) { start in
        // curl's storage extends beyond this member, for longer address families.
        let bytes = UnsafeRawBufferPointer(
            start: start.baseAddress, count: Int(address.pointee.addrlen))
        return transfer.mayReach(IPAddress(socketAddress: bytes))
    }
    guard isAllowed else { return ccurl_no_socket }
    return socket(
        address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue),
        address.pointee.protocol)
}
