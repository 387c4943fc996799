internal import Linux
internal import Text
internal import Tools
internal import WireCodec

// Messages of the server.

extension ServerMachine {
    mutating func came(_ json: JSONValue, at now: Int64) {
        // Revision 2025-03-26 allowed batches; each message in one counts.
        let several = json.array ?? [json]
        // An empty batch counts as a message, too.
        for one in several.isEmpty ? [.null] : several {
            guard isConnected, admit(at: now) else { return }
            take(one, at: now)
        }
    }

    private mutating func take(_ json: JSONValue, at now: Int64) {
        switch Message(json) {
        case nil: log(.debug, "sends JSON that is not a message")
        case .request(let id, let method)?:
            // We offer the server no files, no model and no forms.
            let answer =
                method == "ping" ? Message.result(id, [:]) : Message.refusal(id, method)
            if method != "ping" { log(.debug, "asks for \(method.oneLine(limit: 80)); refused") }
            actions.append(.send(answer, id: nil))
        case .notification(let method, let params)?: noted(method, params, at: now)
        case .response(let id, let answer)?:
            guard let id, let request = requests.removeValue(forKey: id) else {
                // The call was given up, or the answer came twice, or the id was made up.
                return log(.debug, "answers a request that is not open")
            }
            answered(request.kind, answer, at: now)
        }
    }

    private mutating func noted(_ method: String, _ params: JSONValue, at now: Int64) {
        switch method {
        case "notifications/progress":
            guard let token = params["progressToken"]?.int,
                case .call(let key)? = requests[token]?.kind,
                var call = calls[key]
            else { return }
            call.deadline = min(now + call.patience, call.limit)
            calls[key] = call
        case "notifications/tools/list_changed": listChanged(at: now)
        case "notifications/message":
            let data = params["data"] ?? .null
            let words = data.string ?? data.serialized
            log(.debug, "logs: \(words.oneLine(limit: Self.quoteLimit))")
        default: break
        }
    }

    private mutating func answered(_ request: Request, _ answer: Message.Answer, at now: Int64) {
        switch (request, answer) {
        case (.initialize, .result(let result)): agree(result, at: now)
        case (.initialize, .error(let code, let text)):
            guard case .opening(let until) = state else { return }
            discover(after: text.isEmpty ? "error \(code)" : text, until: until)
        case (.discover, .result(let result)): discovered(result, at: now)
        case (.discover, .error(_, let text)): discoveryFailed(text, at: now)
        // It has ended; listing finds what changed meanwhile, and subscribes again.
        case (.subscription, _): listChanged(at: now)
        case (.ping, _): break
        case (.list(let page), .result(let result)): listCame(result, page: page, at: now)
        case (.list, .error(_, let text)): retryList(text, at: now)
        case (.call(let key), .result(let result)):
            forget(key)
            if result["resultType"] == "input_required" {
                let words = "the MCP server \(name) wants to ask back, which cannot be done here"
                return actions.append(.finish(call: key, .failed(words)))
            }
            actions.append(.finish(call: key, .result(result)))
        case (.call(let key), .error(let code, let text)):
            forget(key)
            let words = text.isEmpty ? "error \(code)" : text
            actions.append(
                .finish(call: key, .failed("the MCP server \(name) refused the call: \(words)")))
        }
    }

    private mutating func agree(_ result: JSONValue, at now: Int64) {
        guard case .opening = state else { return }
        guard let version = result["protocolVersion"]?.string, Self.versions.contains(version)
        else {
            let spoken = result["protocolVersion"]?.string.map { $0.oneLine(limit: 40) } ?? "none"
            return fail(
                "it speaks the protocol's version \(spoken); we speak "
                    + Self.versions.joined(separator: ", "), at: now)
        }
        actions.append(.agreed(version: version))
        actions.append(.send(Message.notification("notifications/initialized"), id: nil))
        begin(result, result["serverInfo"], version: version, at: now)
    }

    /// The server is ready; its answer has its capabilities.
    mutating func begin(
        _ answer: JSONValue, _ info: JSONValue?, version: String, at now: Int64
    ) {
        state = .ready(since: now)
        let title = (info?["name"]?.string ?? "?").oneLine(limit: 80)
        log(
            .debug,
            "ready: \(title) \((info?["version"]?.string ?? "").oneLine(limit: 40)), MCP \(version)"
        )
        let tools = answer["capabilities"]?["tools"]
        tellsChanges = tools?["listChanged"]?.bool == true
        if tools != nil {
            list(at: now)
        } else {
            log(.warning, "it has no tools")
            actions.append(.offer([]))
        }
        sendCalls()
    }

    // MARK: - The list of tools

    private var isListing: Bool {
        requests.values.contains { if case .list = $0.kind { true } else { false } }
    }

    mutating func list(at now: Int64) {
        guard isReady, !isListing else { return }
        // Subscribes first, so that no change is missed.
        subscribe()
        listAt = nil
        isListStale = false
        listed = []
        listedAt = now
        _ = request(.list(page: 1), "tools/list", nil, until: now + Self.listTimeout)
    }

    mutating func listChanged(at now: Int64) {
        guard isReady else { return }
        guard !isListing else {
            isListStale = true
            return
        }
        guard listAt == nil else { return }
        let last = listedAt ?? now - Self.listMemory
        if now - last >= Self.listMemory { listPause.reset() }
        listAt = max(now, last + listPause.failed())
    }

    private mutating func listCame(_ result: JSONValue, page: Int, at now: Int64) {
        let tools = (result["tools"]?.array ?? []).compactMap(OfferedTool.init)
        let room = Self.toolsLimit - listed.count
        listed += tools.prefix(room)
        if tools.count > room {
            log(.warning, "it has more than \(Self.toolsLimit) tools; the others are not read")
        } else if let cursor = result["nextCursor"]?.string {
            guard page < Self.pagesLimit else {
                log(.warning, "its list of tools has more than \(Self.pagesLimit) pages")
                return offer(at: now)
            }
            _ = request(
                .list(page: page + 1), "tools/list", ["cursor": .string(cursor)],
                until: now + Self.listTimeout)
            return
        }
        offer(at: now)
    }

    private mutating func offer(at now: Int64) {
        actions.append(.offer(listed))
        listed = []
        if isListStale { listChanged(at: now) }
    }

    mutating func retryList(_ reason: String, at now: Int64) {
        log(.warning, "its tools cannot be listed: \(reason)")
        actions.append(.failed("its tools cannot be listed: \(reason)"))
        listed = []
        listAt = now + listPause.failed()
    }
}
