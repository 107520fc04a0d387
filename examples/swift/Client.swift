// The client of the hardened design, after diagrams/roles/client.md: a skeleton. It has not been compiled or run here.
//
// Everything stands on one actor. Between two awaits that really wait (a sleep, a request, a message) nothing of it is
// interrupted; after each of them `alive` asks whether what goes on is still the current one.

import Foundation

enum Status: String { case awaited = "", processing, completed, failed
    var finished: Bool { self == .completed || self == .failed }
}

struct Lost: Error { var status: Int? }

/// One incarnation of a socket. URLSessionWebSocketTask is one way; the driver's is another.
protocol Socket: AnyObject {
    func open(token: String) async throws          // until the handshake is answered
    func receive() async throws -> [String: Any]   // the next message that is a JSON object
    func send(_ message: [String: Any])            // a send into a dead socket succeeds
    func close(code: Int)
}

protocol Network {
    func socket() -> Socket
    func list(token: String) async throws -> [String: Status]   // by idempotency key; throws Lost
    func submit(key: String, text: String, token: String) async throws
    func renew(refreshToken: String) async throws -> (access: String, refresh: String)
}

/// Sleeps on a clock that a driver can hold; ContinuousClock otherwise. A cancelled sleep throws: never `try?` it.
protocol Timer { func sleep(_ seconds: Double) async throws }

@MainActor final class Client {
    struct Meal { let text: String; var status = Status.awaited; var uploaded = false }

    private let network: Network, timer: Timer, seconds: [String: Double]
    private var token: String, refreshToken: String
    private(set) var meals: [String: Meal] = [:]   // by key; kept in storage, with keys and tokens
    private(set) var connected = false, connecting = false, shown = false
    private var socket: Socket?, failures = 0, answered = true
    private var tasks: [String: (id: UUID, task: Task<Void, Never>)] = [:]
    var polling: Bool { tasks["poll"] != nil }

    init(network: Network, timer: Timer, seconds: [String: Double], token: String, refreshToken: String) {
        (self.network, self.timer, self.seconds) = (network, timer, seconds)
        (self.token, self.refreshToken) = (token, refreshToken)
    }

    // MARK: the screen

    func appear() {
        shown = true
        run("appear") { await self.load() }
        poll()
        if !connecting { connecting = true; dial() }
    }

    func leave() {
        (shown, connected, connecting) = (false, false, false)
        ["appear", "handler", "poll", "redial"].forEach(stop)
        letGo(code: 1000)
        for (key, meal) in meals where !meal.status.finished { meals[key]!.status = .awaited }
    }

    func submit(_ text: String) {
        let key = UUID().uuidString.lowercased()   // made once, stored with the meal, sent with every try
        meals[key] = Meal(text: text)
        run("upload \(key)") { await self.upload(key) }
        poll()
    }

    func reconnect() { if shown { (connected, connecting) = (false, true); dial() } }

    // MARK: the socket

    private func dial() {
        stop("redial")
        letGo(code: 1000)                          // close before dial: one socket at a time
        let new = network.socket()
        socket = new
        run("socket") { await self.live(new) }
        run("limit") { await self.giveUp(new, after: "dial", on: "limit") }
    }

    private func letGo(code: Int) {
        socket?.close(code: code)
        socket = nil
        ["ping", "limit", "socket"].forEach(stop)
    }

    private func live(_ mine: Socket) async {
        var status: Int?
        do {
            try await mine.open(token: token)      // says nothing of the registry
            while socket === mine {
                let message = try await mine.receive()
                guard socket === mine else { return }
                switch message["type"] as? String {
                case "ready": succeeded(mine)
                case "pong": answered = true
                    if message["listed"] as? Bool == false { mine.send(["type": "register"]) }
                case "meal_log.completed", "meal_log.failed":
                    run("handler") { await self.load() }   // it says that something is new, not what
                default: break                     // unknown types are ignored
                }
            }
        } catch { status = (error as? Lost)?.status }
        guard socket === mine else { return }      // an older socket's end is nobody's business
        if status == 401 { renew() }
        ended()
    }

    private func succeeded(_ mine: Socket) {
        guard connecting || !connected else { return }
        stop("limit")
        (connected, connecting, failures) = (true, false, 0)
        run("ping") { await self.ping(mine) }
    }

    private func ping(_ mine: Socket) async {
        while (try? await timer.sleep(seconds["ping"]!)) != nil, socket === mine {
            answered = false
            mine.send(["type": "ping"])
            guard (try? await timer.sleep(seconds["pong"]!)) != nil, socket === mine else { return }
            if !answered { mine.close(code: 4408); return ended() }
        }
    }

    private func giveUp(_ mine: Socket, after: String, on name: String) async {
        guard (try? await timer.sleep(seconds[after]!)) != nil, socket === mine, !connected else { return }
        mine.close(code: 4408)
        ended()
    }

    private func ended() {
        socket = nil
        stop("ping"); stop("limit")
        if connecting { (connected, connecting) = (false, false) }
        guard shown else { return }
        let most = min(seconds["redial_most"]!, seconds["redial"]! * pow(2, Double(failures)))
        run("redial") {
            guard (try? await self.timer.sleep(.random(in: self.seconds["redial"]!...most))) != nil else { return }
            self.failures = min(self.failures + 1, 10)
            (self.connected, self.connecting) = (false, true)
            self.dial()
        }
    }

    // MARK: loads, uploads, tokens

    private func poll() {
        guard shown, !polling else { return }
        run("poll") {
            repeat {
                guard (try? await self.timer.sleep(self.seconds["poll"]!)) != nil else { return }
                await self.load()
            } while !Task.isCancelled && self.meals.values.contains { !$0.status.finished }
        }
    }

    private func load() async {
        do {
            let told = try await network.list(token: token)
            guard !Task.isCancelled else { return }
            for (key, meal) in meals where !meal.status.finished { meals[key]!.status = told[key] ?? .awaited }
        } catch { if (error as? Lost)?.status == 401 { renew() } }   // what is shown stays
    }

    private func upload(_ key: String) async {
        while meals[key]?.uploaded == false {
            do { try await network.submit(key: key, text: meals[key]!.text, token: token); meals[key]!.uploaded = true }
            catch {
                if (error as? Lost)?.status == 401 { renew() }
                guard (try? await timer.sleep(seconds["upload"]!)) != nil else { return }
            }
        }
    }

    private func renew() {                          // once, whoever asks first
        guard tasks["renew"] == nil else { return }
        run("renew") {
            if let new = try? await self.network.renew(refreshToken: self.refreshToken) {
                (self.token, self.refreshToken) = new
            }
        }
    }

    // MARK: tasks by name: only the current one clears its entry

    private func run(_ name: String, _ work: @escaping @MainActor () async -> Void) {
        stop(name)
        let id = UUID()
        tasks[name] = (id, Task { await work(); if self.tasks[name]?.id == id { self.tasks[name] = nil } })
    }

    private func stop(_ name: String) { tasks.removeValue(forKey: name)?.task.cancel() }
}
