using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Threading.Channels;

namespace GovernedFinetune.Compat.Tests.Operators.Fakes;

/// <summary>
/// What one operator host measures. Tests take its counters as signals: they are the only trace of an entry in the queue
/// that can be seen from outside.
/// </summary>
internal sealed class OperatorMeter : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, Channel<string>> _counted = new();
    private readonly ConcurrentQueue<string> _seen = [];
    private int _scheduled;

    public OperatorMeter(IMeterFactory factory)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == factory)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Add(instrument, Text(tags)));
        _listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Add(instrument, Text(tags)));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) =>
        {
            var text = Text(tags);
            Add(instrument, text);
            if (text.Contains("kubeops.queue.state=scheduled", StringComparison.Ordinal))
            {
                _scheduled = value;
            }
        });
        _listener.Start();
    }

    /// <summary>Each measurement as <c>instrument tag=value,tag=value</c>.</summary>
    public IReadOnlyCollection<string> Seen => _seen;

    /// <summary>The next measurement of an instrument that no test has asked for yet.</summary>
    public Task<string> NextAsync(string instrument) => Of(instrument).Reader.ReadAsync().AsTask().Soon();

    /// <summary>How many entries wait for their time.</summary>
    public int Scheduled()
    {
        _listener.RecordObservableInstruments();
        return _scheduled;
    }

    public void Dispose() => _listener.Dispose();

    private Channel<string> Of(string instrument) => _counted.GetOrAdd(instrument, _ => Channel.CreateUnbounded<string>());

    private void Add(Instrument instrument, string tags)
    {
        _seen.Enqueue($"{instrument.Name} {tags}");
        Of(instrument.Name).Writer.TryWrite(tags);
    }

    private static string Text(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = new List<string>();
        foreach (var (key, value) in tags)
        {
            text.Add($"{key}={value}");
        }

        text.Sort(StringComparer.Ordinal);
        return string.Join(',', text);
    }
}
